-- Every alternate key of a defined table, in the order they were made. Few rows: a scan.
SELECT number, tbl, id, logical_name, schema_name, display_name, columns FROM meta_key ORDER BY number
