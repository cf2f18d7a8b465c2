-- ?1 key.
DELETE FROM maskingrule WHERE key = ?1
