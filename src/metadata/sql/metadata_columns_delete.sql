-- All columns of a table that is removed. ?1 ordinal. Index: the primary key.
DELETE FROM meta_column WHERE tbl = ?1
