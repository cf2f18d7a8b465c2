-- All relationships, for EntityDefinitions and $metadata. Few rows: a scan.
SELECT id, schema_name, referenced, referencing, column_name, cascade FROM meta_relationship ORDER BY schema_name
