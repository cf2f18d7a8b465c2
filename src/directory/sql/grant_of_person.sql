-- ?1 client, ?2 resource, ?3 person. Row: id, scope. permission_grant_once.
SELECT id, scope FROM permission_grant WHERE client_key = ?1 AND resource_key = ?2 AND ifnull(principal_key, 0) = ?3
