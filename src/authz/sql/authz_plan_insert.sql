-- ?1 id, ?2 name, ?3 bounds, ?4 version.
INSERT INTO service_plan (id, name, bounds, version) VALUES (?1, ?2, ?3, ?4)
