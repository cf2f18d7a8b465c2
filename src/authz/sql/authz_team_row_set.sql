-- Makes a team that of a row. ?1 key ?2 template ?3 row key ?4 row id.
UPDATE team SET template = ?2, obj = ?3, obj_id = ?4 WHERE key = ?1
