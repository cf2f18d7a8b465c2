-- Every stored column. Rows: by table, then number. Index: the primary key.
SELECT tbl, number, id, logical_name, schema_name, display_name, type, flags, length_max, precision, min, max, navigation, target, options
FROM meta_column ORDER BY tbl, number
