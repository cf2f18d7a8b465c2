-- The explicit rights of one principal's share of a row. ?1 table ?2 principal ?3 row key. Index: the primary key.
SELECT own FROM share WHERE tbl = ?1 AND principal = ?2 AND obj = ?3
