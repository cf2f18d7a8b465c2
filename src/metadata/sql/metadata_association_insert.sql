-- A new many-to-many relationship. ?1 id ?2 schema name ?3 name of the pairs ?4 ?5 tables ?6 ?7 navigation properties
INSERT INTO meta_association (id, schema_name, pairs, first, second, first_nav, second_nav) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
RETURNING number
