-- A new user or team. ?1 id ?2 kind ?3 unit ?4 name ?5 version.
INSERT INTO principal (id, kind, unit, name, version) VALUES (?1, ?2, ?3, ?4, ?5)
