-- ?1 id ?2 type ?3 name ?4 properties ?5 version.
INSERT INTO externalentity (id, type, name, properties, version) VALUES (?1, ?2, ?3, ?4, ?5)
