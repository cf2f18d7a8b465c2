-- ?1 MetadataId.
DELETE FROM attributemaskingrule WHERE column_id = ?1
