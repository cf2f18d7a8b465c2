-- The session of a browser, with its person. ?1 SHA-256 of the cookie. At most one row. Unique index on cookie_hash.
SELECT s.id, s.user_key, o.id, s.auth_time, s.methods, s.persistent, s.used, s.idle_ms, s.ends
FROM signin_session s JOIN directory_object o ON o.key = s.user_key WHERE s.cookie_hash = ?1
