-- ?1 id ?2 name ?3 parent ?4 version.
INSERT INTO position (id, name, parent, version) VALUES (?1, ?2, ?3, ?4)
