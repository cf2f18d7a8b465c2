-- ?1 id ?2 unique name ?3 rule ?4 MetadataId ?5 table ?6 table name ?7 column name ?8 version.
INSERT INTO attributemaskingrule (id, unique_name, rule, column_id, tbl, table_name, column_name, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
