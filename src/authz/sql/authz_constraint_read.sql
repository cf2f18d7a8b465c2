-- ?1 key. One row.
SELECT table_name, path, explanation, forced FROM rowpolicyconstraint WHERE key = ?1
