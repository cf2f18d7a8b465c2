-- ?1 key.
DELETE FROM fieldpermission WHERE key = ?1
