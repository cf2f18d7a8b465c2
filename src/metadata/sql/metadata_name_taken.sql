-- Has a relationship of either kind this schema name? ?1 name. One row. Index: the unique names.
SELECT EXISTS (SELECT 1 FROM meta_relationship WHERE schema_name = ?1) OR EXISTS (SELECT 1 FROM meta_association WHERE schema_name = ?1)
