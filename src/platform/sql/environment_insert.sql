-- An environment that is being made (state 0). ?1 id, ?2 tenant's id, ?3 unique name, ?4 display name, ?5 time.
INSERT INTO environment (id, tenant_key, unique_name, display_name, state, created_ms)
SELECT ?1, key, ?3, ?4, 0, ?5 FROM tenant WHERE id = ?2 AND state = 1
