-- The shares of one row with up to four principals, as most callers are: each is one look into the index, where a list would first be made
-- into a table. ?1 table ?2 row key ?3 to ?6 principals; -1: none. Index: share_row.
SELECT mask FROM share WHERE tbl = ?1 AND obj = ?2 AND principal = ?3
UNION ALL SELECT mask FROM share WHERE tbl = ?1 AND obj = ?2 AND principal = ?4
UNION ALL SELECT mask FROM share WHERE tbl = ?1 AND obj = ?2 AND principal = ?5
UNION ALL SELECT mask FROM share WHERE tbl = ?1 AND obj = ?2 AND principal = ?6
