-- The shares of one row with some principals. ?1 table ?2 row key ?3 array of principals. Index: share_row.
SELECT mask FROM share WHERE tbl = ?1 AND obj = ?2 AND principal IN (SELECT value FROM i64_array(?3))
