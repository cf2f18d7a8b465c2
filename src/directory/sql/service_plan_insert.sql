-- ?1 id, ?2 name.
INSERT INTO service_plan(id, name) VALUES(?1, ?2)
