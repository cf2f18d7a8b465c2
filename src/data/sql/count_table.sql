-- All rows of a table. ?1 table. One row or none. Index: the primary key.
SELECT n FROM row_count WHERE tbl = ?1 AND unit = 0 AND owner = 0
