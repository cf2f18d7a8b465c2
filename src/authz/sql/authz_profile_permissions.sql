-- What a profile permits: MetadataId of the column, rights. ?1 profile. Index: the unique pair.
SELECT f.column_id, f.rights | CASE f.unmasked WHEN 0 THEN 0 WHEN 1 THEN 8 ELSE 24 END FROM fieldpermission AS f WHERE profile = ?1
