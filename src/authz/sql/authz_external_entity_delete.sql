-- ?1 key.
DELETE FROM externalentity WHERE key = ?1
