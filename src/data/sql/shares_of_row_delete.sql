-- A row is deleted: its shares end. ?1 table ?2 row key. Index: share_row.
DELETE FROM share WHERE tbl = ?1 AND obj = ?2
