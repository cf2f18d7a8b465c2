-- ?1 key. One row.
SELECT name, table_name, query, context_value, constrain_primary, context_type, operations, enabled FROM rowpolicy WHERE key = ?1
