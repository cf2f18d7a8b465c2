-- ?1 key.
DELETE FROM service_plan WHERE key = ?1
