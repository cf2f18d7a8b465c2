-- A privilege, unless it is there. ?1 id ?2 name ?3 table ?4 right ?5 depths ?6 access bit.
INSERT INTO privilege (id, name, tbl, right_, depths, access) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
