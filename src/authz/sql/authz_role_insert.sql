-- A new role. ?1 id ?2 name ?3 unit ?4 direct_user ?5 kind ?6 version ?7 context ?8 bypass.
INSERT INTO role (id, name, unit, direct_user, kind, version, context, bypass) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
