-- ?1 key.
DELETE FROM team WHERE key = ?1
