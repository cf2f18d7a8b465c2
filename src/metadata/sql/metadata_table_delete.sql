-- A table's own definition. ?1 ordinal. Index: the primary key.
DELETE FROM meta_table WHERE ordinal = ?1
