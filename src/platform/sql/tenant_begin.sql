-- A tenant that is being made (state 0). ?1 id, ?2 display name, ?3 time. Fails on a known id.
INSERT INTO tenant (id, display_name, state, created_ms) VALUES (?1, ?2, 0, ?3)
