-- A business unit's id, kind (3) and name. ?1 key. One row or none. Index: the primary key.
SELECT id, 3, name FROM unit WHERE key = ?1
