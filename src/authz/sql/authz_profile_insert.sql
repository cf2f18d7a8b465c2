-- A column security profile. ?1 id ?2 name ?3 description or null ?4 version.
INSERT INTO fieldsecurityprofile (id, name, description, version) VALUES (?1, ?2, ?3, ?4)
