-- A share ends. ?1 table ?2 principal ?3 row key. Index: the primary key.
DELETE FROM share WHERE tbl = ?1 AND principal = ?2 AND obj = ?3
