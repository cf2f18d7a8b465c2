-- What a row keeps of shares that ended above it, for one principal. ?1 table ?2 principal ?3 row key. Index: the primary key.
SELECT mask FROM share_kept WHERE tbl = ?1 AND obj = ?3 AND principal = ?2
