-- A new role. ?1 id ?2 name ?3 unit ?4 direct_user ?5 kind ?6 version.
INSERT INTO role (id, name, unit, direct_user, kind, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
