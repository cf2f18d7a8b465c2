-- Of a column that is removed. ?1 MetadataId. Index: fieldpermission_column.
DELETE FROM fieldpermission WHERE column_id = ?1
