-- The root of the tree. One row. Index: unit_root.
SELECT key FROM unit WHERE parent IS NULL
