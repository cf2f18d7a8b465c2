-- ?1 key.
DELETE FROM rowpolicyconstraint WHERE key = ?1
