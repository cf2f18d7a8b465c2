-- A new one-to-many relationship. ?1 id ?2 schema name ?3 referenced table ?4 referencing table ?5 column ?6 cascade
INSERT INTO meta_relationship (id, schema_name, referenced, referencing, column_name, cascade) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
