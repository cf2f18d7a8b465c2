-- ?1 id.
DELETE FROM permission_grant WHERE id = ?1
