-- Notes of a time that no link reaches back to. ?1 table ?2 time. Index: the primary key.
DELETE FROM row_note WHERE tbl = ?1 AND time < ?2
