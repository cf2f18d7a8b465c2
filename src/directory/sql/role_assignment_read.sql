-- ?1 id. Row: template, principal key, principal id, key.
SELECT r.role_template, r.principal_key, o.id, r.key FROM role_assignment r JOIN directory_object o ON o.key = r.principal_key
WHERE r.id = ?1
