-- ?1 policy. Index: that of (policy, tbl, path).
DELETE FROM rowpolicyconstraint WHERE policy = ?1
