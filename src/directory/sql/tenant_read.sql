-- The one row.
SELECT id, display_name, origin, created FROM tenant LIMIT 1
