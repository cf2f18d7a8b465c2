-- What a change of a permission starts from. ?1 key. One row.
SELECT f.column_id, f.rights | CASE f.unmasked WHEN 0 THEN 0 WHEN 1 THEN 8 ELSE 24 END, f.column_name FROM fieldpermission AS f WHERE f.key = ?1
