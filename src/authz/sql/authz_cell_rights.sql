-- What is shared of one cell with some principals. ?1 table ?2 row key ?3 MetadataId ?4 array of principals. Index: the unique key.
SELECT rights FROM cellshare WHERE tbl = ?1 AND obj = ?2 AND column_id = ?3 AND principal IN (SELECT value FROM i64_array(?4))
