-- ?1 key.
DELETE FROM hierarchy_exclusion WHERE key = ?1
