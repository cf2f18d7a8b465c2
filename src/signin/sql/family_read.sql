-- A line of refresh tokens. ?1 id. At most one row. Primary key.
SELECT f.client, f.platform, o.id, f.session, f.scope, f.nonce, f.auth_time, f.methods, f.idle_until, f.ends, f.current_n,
       f.current_hash, f.previous_hash, f.previous_spent, f.last_response, f.revoked, f.user_key
FROM refresh_family f JOIN directory_object o ON o.key = f.user_key WHERE f.id = ?1
