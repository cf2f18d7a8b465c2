-- What is stored of an entity. ?1 type ?2 its id in questions. One row or none. Index: unique (type, name).
SELECT properties FROM externalentity WHERE type = ?1 AND name = ?2
