-- ?1 id, ?2 key of its resource or its principal, as the path says.
DELETE FROM app_role_assignment WHERE id = ?1 AND (resource_key = ?2 OR principal_key = ?2)
