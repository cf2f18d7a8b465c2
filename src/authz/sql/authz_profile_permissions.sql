-- What a profile permits: MetadataId of the column, rights. ?1 profile. Index: the unique pair.
SELECT column_id, rights FROM fieldpermission WHERE profile = ?1
