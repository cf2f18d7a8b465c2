-- Since when is a table tracked? ?1 table. Index: the rowid.
SELECT floor, time FROM tracked WHERE tbl = ?1
