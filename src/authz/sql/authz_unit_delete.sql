-- ?1 key.
DELETE FROM unit WHERE key = ?1
