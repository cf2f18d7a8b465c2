-- ?1 key, ?2 application key, ?3 enabled, ?4 assignment required, ?5 now.
INSERT INTO service_principal(key, application_key, enabled, assignment_required, created) VALUES(?1, ?2, ?3, ?4, ?5)
