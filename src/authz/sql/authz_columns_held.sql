-- What the profiles of some principals permit: MetadataId and rights, a column once for each profile. ?1 array of principals.
SELECT f.column_id, f.rights | CASE f.unmasked WHEN 0 THEN 0 WHEN 1 THEN 8 ELSE 24 END FROM i64_array(?1) AS q CROSS JOIN principalprofile AS h ON h.principal = q.value
JOIN fieldpermission AS f ON f.profile = h.profile ORDER BY f.column_id
