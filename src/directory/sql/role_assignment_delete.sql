-- ?1 id.
DELETE FROM role_assignment WHERE id = ?1
