-- ?1 MetadataId.
DELETE FROM cellshare WHERE column_id = ?1
