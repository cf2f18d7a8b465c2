-- All entities of a type. ?1 type. Index: externalentity_type.
DELETE FROM externalentity WHERE type = ?1
