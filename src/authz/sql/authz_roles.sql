-- The roles, for the snapshot. Rows: all roles.
SELECT key, id, name, unit, direct_user, kind, coalesce(context, ''), bypass FROM role ORDER BY key
