-- The id of the tenant that a domain belongs to. ?1 name, lower case.
SELECT t.id FROM tenant_domain d JOIN tenant t ON t.key = d.tenant_key WHERE d.name = ?1
