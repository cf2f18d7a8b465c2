-- A code for a client. ?1 hash, ?2 client, ?3 platform, ?4 user, ?5 session, ?6 redirect URI, ?7 was it sent, ?8 challenge or
-- null, ?9 nonce or null, ?10 scope, ?11 auth time, ?12 methods, ?13 client_info, ?14 now, ?15 end.
INSERT INTO authorization_code(hash, client, platform, user_key, session, redirect_uri, redirect_sent, challenge, nonce, scope,
                               auth_time, methods, client_info, created, ends)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
