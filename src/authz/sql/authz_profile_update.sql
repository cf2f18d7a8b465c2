-- ?1 key ?2 name ?3 description or null ?4 version.
UPDATE fieldsecurityprofile SET name = ?2, description = ?3, version = ?4 WHERE key = ?1
