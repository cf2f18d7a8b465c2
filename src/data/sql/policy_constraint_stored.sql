-- ?1 id of a row policy's constraint. One row or none: its policy, its table, its path, whether it was forced.
SELECT rowpolicyid, entityname, path, forced FROM sys_rowpolicyconstraint WHERE id = ?1
