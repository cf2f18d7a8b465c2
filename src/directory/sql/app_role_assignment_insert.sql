-- ?1 id, ?2 principal, ?3 resource, ?4 role, ?5 now.
INSERT INTO app_role_assignment(id, principal_key, resource_key, app_role_id, created) VALUES(?1, ?2, ?3, ?4, ?5)
