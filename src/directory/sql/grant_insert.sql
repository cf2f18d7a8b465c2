-- ?1 id, ?2 client, ?3 resource, ?4 principal or null, ?5 " a b ", ?6 now.
INSERT INTO permission_grant(id, client_key, resource_key, principal_key, scope, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
