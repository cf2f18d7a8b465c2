-- ?1 key, ?2 name, ?3 bounds, ?4 version.
UPDATE service_plan SET name = ?2, bounds = ?3, version = ?4 WHERE key = ?1
