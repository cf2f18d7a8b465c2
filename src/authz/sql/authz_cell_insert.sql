-- ?1 id ?2 table ?3 its type code ?4 row key ?5 row id ?6 MetadataId ?7 principal ?8 rights ?9 version.
INSERT INTO cellshare (id, tbl, type_code, obj, obj_id, column_id, principal, rights, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
