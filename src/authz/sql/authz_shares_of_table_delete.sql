-- A table is removed: the shares of its rows go. ?1 table. Index: the primary key.
DELETE FROM share WHERE tbl = ?1
