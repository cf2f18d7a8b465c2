-- ?1 id ?2 table ?3 its type code ?4 version.
INSERT INTO hierarchy_exclusion (id, tbl, type_code, version) VALUES (?1, ?2, ?3, ?4)
