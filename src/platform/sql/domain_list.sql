-- The tenant's domains, initial one first. ?1 tenant key. By tenant_domain_by_tenant.
SELECT name FROM tenant_domain WHERE tenant_key = ?1 ORDER BY position
