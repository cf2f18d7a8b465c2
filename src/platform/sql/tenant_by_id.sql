-- ?1 id: key, id, display name, state, time. By the unique index.
SELECT key, id, display_name, state, created_ms FROM tenant WHERE id = ?1
