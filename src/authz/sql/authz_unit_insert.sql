-- A new unit. ?1 id ?2 name ?3 parent or null ?4 version.
INSERT INTO unit (id, name, parent, version) VALUES (?1, ?2, ?3, ?4)
