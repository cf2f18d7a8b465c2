-- Roles that somebody made in the root unit. Rows: id. Roles are few: a scan of role.
SELECT r.id FROM role AS r CROSS JOIN unit AS u ON u.key = r.unit WHERE u.parent IS NULL AND r.kind = 0 ORDER BY r.key
