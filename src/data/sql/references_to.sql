-- Lookups that point at a table. ?1 referenced table's ordinal. Rows: referencing table, column, cascade. Few rows: a scan.
SELECT referencing, column_name, cascade FROM meta_relationship WHERE referenced = ?1
