-- The entities of a type in the order of their keys. ?1 type ?2 after this key ?3 limit. Index: externalentity_type.
SELECT key, name, properties FROM externalentity WHERE type = ?1 AND key > ?2 ORDER BY key LIMIT ?3
