-- How many entities a type has. ?1 type. One row. Index: externalentity_type.
SELECT count(*) FROM externalentity WHERE type = ?1
