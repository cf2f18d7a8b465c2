-- The row counters of a table that is removed with its triggers. ?1 ordinal. Index: the primary key.
DELETE FROM row_count WHERE tbl = ?1
