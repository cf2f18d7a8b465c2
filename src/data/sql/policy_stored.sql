-- ?1 id of a row policy. One row or none: its table, its query, whether it was forced, whether it constrains further tables.
SELECT entityname, query, forced, EXISTS (SELECT 1 FROM sys_rowpolicyconstraint AS c WHERE c.rowpolicyid = ?1) FROM sys_rowpolicy WHERE id = ?1
