-- ?1 key: name, bounds.
SELECT name, bounds FROM service_plan WHERE key = ?1
