-- A unit by wire id. ?1 id. One row or none. Index: unique id.
SELECT key FROM unit WHERE id = ?1
