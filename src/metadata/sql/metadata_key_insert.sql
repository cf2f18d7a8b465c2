-- A new key; its number names its index. ?1 table's ordinal ?2 id ?3 logical name ?4 schema name ?5 display name ?6 columns
INSERT INTO meta_key (tbl, id, logical_name, schema_name, display_name, columns) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number
