-- One relationship. ?1 MetadataId. Index: the primary key.
DELETE FROM meta_relationship WHERE id = ?1
