-- A new line of refresh tokens. ?1 id, ?2 client, ?3 platform, ?4 user, ?5 session, ?6 standalone, ?7 scope, ?8 nonce or null,
-- ?9 auth time, ?10 methods, ?11 now, ?12 idle until, ?13 end, ?14 hash of the first secret.
INSERT INTO refresh_family(id, client, platform, user_key, session, standalone, scope, nonce, auth_time, methods, created,
                           idle_until, ends, current_n, current_hash)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14)
