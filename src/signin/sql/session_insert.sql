-- A person has signed in. ?1 id, ?2 cookie hash, ?3 user, ?4 now, ?5 methods, ?6 persistent, ?7 idle ms, ?8 end, ?9 address.
INSERT INTO signin_session(id, cookie_hash, user_key, auth_time, methods, persistent, created, used, idle_ms, ends, address)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?4, ?4, ?7, ?8, ?9)
