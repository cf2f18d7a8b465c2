-- ?1 name (lower case), ?2 tenant's id, ?3 position. Fails when any tenant has the name.
INSERT INTO tenant_domain (name, tenant_key, position) SELECT ?1, key, ?3 FROM tenant WHERE id = ?2
