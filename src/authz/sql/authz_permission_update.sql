-- ?1 key ?2 rights ?3 version.
UPDATE fieldpermission SET rights = ?2 & 7, unmasked = CASE ?2 >> 3 & 3 WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 3 END, version = ?3 WHERE key = ?1
