-- Every defined table. Rows: in order of ordinal. Index: the rowid.
SELECT ordinal, id, logical_name, schema_name, entity_set, display_name, display_collection_name, description, ownership, class, access_teams
FROM meta_table ORDER BY ordinal
