-- ?1 application key, ?2 id, ?3 value, ?4 enabled, ?5 for users, ?6 for applications.
INSERT INTO application_role(application_key, id, value, enabled, for_users, for_apps) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
