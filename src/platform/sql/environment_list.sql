-- All environments, or a tenant's (?1 its id, or null): id, tenant id, unique name, display name, state, tenant's name, time, group, plans.
SELECT e.id, t.id, e.unique_name, e.display_name, e.state, t.display_name, e.created_ms, e.security_group, e.required_plans
FROM environment e JOIN tenant t ON t.key = e.tenant_key
WHERE ?1 IS NULL OR t.id = ?1
ORDER BY e.key
