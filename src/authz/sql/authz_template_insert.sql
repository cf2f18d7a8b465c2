-- ?1 id ?2 name ?3 table ?4 its type code ?5 mask ?6 version.
INSERT INTO teamtemplate (id, name, tbl, type_code, mask, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
