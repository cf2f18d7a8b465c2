-- ?1 key. One row.
SELECT name, table_name, query, context_value, explanation, constrain_primary, context_type, operations, enabled, not_exists, forced
FROM rowpolicy WHERE key = ?1
