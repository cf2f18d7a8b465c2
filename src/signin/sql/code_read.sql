-- What a code stands for. ?1 hash. At most one row. Primary key.
SELECT c.client, c.platform, o.id, c.session, c.redirect_uri, c.redirect_sent, c.challenge, c.nonce, c.scope, c.auth_time,
       c.methods, c.client_info, c.ends, c.used, c.family, c.access_uti, c.access_ends, c.user_key
FROM authorization_code c JOIN directory_object o ON o.key = c.user_key WHERE c.hash = ?1
