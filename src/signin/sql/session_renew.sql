-- The same person has signed in again: a new cookie, the old one is dead at once. ?1 id, then as session_insert.
UPDATE signin_session SET cookie_hash = ?2, auth_time = ?4, methods = ?5, persistent = ?6, used = ?4, idle_ms = ?7, ends = ?8,
       address = ?9 WHERE id = ?1 AND user_key = ?3
