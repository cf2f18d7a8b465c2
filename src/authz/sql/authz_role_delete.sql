-- ?1 role.
DELETE FROM role WHERE key = ?1
