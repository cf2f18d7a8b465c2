-- A job begins to wait. ?1 id ?2 version ?3 kind ?4 phase ?5 name ?6 time ?7 user ?8 behind ?9 actor ?10 owner ?11 unit ?12 parts ?13 rows listed ?14 policies.
INSERT INTO job (id, version, kind, phase, name, created, user, behind, actor, owner, unit, parts, listed, policies)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
