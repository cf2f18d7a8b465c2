-- ?1 table ?2 row key ?3 MetadataId ?4 principal. One row: 0 or 1.
SELECT EXISTS (SELECT 1 FROM cellshare WHERE tbl = ?1 AND obj = ?2 AND column_id = ?3 AND principal = ?4)
