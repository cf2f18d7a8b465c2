-- ?1 key.
DELETE FROM position WHERE key = ?1
