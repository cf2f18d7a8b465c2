-- The row policies in force.
SELECT tbl, query, context_type, context_value, operations FROM rowpolicy WHERE enabled AND constrain_primary ORDER BY key
