-- ?1 application key, ?2 id, ?3 value, ?4 admin only, ?5 enabled, ?6 name, ?7 description.
INSERT INTO application_scope(application_key, id, value, admin_only, enabled, consent_name, consent_description)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
