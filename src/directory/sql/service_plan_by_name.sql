-- ?1 name: key, id. Index: unique name.
SELECT key, id FROM service_plan WHERE name = ?1
