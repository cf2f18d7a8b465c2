-- ?1 key.
DELETE FROM principal WHERE key = ?1
