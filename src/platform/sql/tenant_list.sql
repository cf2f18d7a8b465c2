-- Every tenant in the order of making; one row each: key, id, display name, state, time.
SELECT key, id, display_name, state, created_ms FROM tenant ORDER BY key
