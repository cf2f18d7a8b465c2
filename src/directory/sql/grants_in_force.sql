-- What was consented for everybody and for person ?3 (0: nobody). ?1 client, ?2 resource. Row: scope.
SELECT scope FROM permission_grant WHERE client_key = ?1 AND resource_key = ?2 AND ifnull(principal_key, 0) IN (0, ?3)
