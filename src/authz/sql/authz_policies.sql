-- The row policies in force, one row for each table that they constrain.
SELECT tbl AS constrained, tbl, '' AS path, query, context_type, context_value, operations, not_exists, key
FROM rowpolicy WHERE enabled AND constrain_primary
UNION ALL
SELECT c.tbl, p.tbl, c.path, p.query, p.context_type, p.context_value, p.operations, p.not_exists, p.key
FROM rowpolicyconstraint AS c JOIN rowpolicy AS p ON p.key = c.policy WHERE p.enabled
ORDER BY 9, 1, 3
