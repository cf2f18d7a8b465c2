-- The roles defined in a unit. ?1 unit. Index: role_name.
SELECT key FROM role WHERE unit = ?1
