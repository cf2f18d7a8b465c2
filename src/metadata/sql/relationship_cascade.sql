-- ?1 MetadataId ?2 cascade. Index: the primary key.
UPDATE meta_relationship SET cascade = ?2 WHERE id = ?1
