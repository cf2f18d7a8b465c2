-- ?1 id ?2 profile ?3 MetadataId ?4 table ordinal ?5 table name ?6 column name ?7 rights ?8 version.
INSERT INTO fieldpermission (id, profile, column_id, tbl, table_name, column_name, rights, unmasked, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7 & 7, CASE ?7 >> 3 & 3 WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 3 END, ?8)
