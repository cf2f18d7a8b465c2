-- ?1 key. Its entities go first.
DELETE FROM externaltype WHERE key = ?1
