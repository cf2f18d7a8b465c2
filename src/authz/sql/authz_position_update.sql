-- ?1 key ?2 name ?3 parent ?4 version.
UPDATE position SET name = ?2, parent = ?3, version = ?4 WHERE key = ?1
