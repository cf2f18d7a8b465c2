-- ?1 key ?2 name ?3 mask ?4 version.
UPDATE teamtemplate SET name = ?2, mask = ?3, version = ?4 WHERE key = ?1
