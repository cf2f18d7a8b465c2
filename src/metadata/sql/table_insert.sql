-- A new definition. ?1 ordinal ?2 id ?3 logical name ?4 schema name ?5 entity set ?6 display name ?7 collection name
-- ?8 description ?9 ownership ?10 class ?11 access teams
INSERT INTO meta_table (ordinal, id, logical_name, schema_name, entity_set, display_name, display_collection_name, description, ownership, class, access_teams)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
