-- ?1 table that is removed.
DELETE FROM rowpolicyconstraint WHERE tbl = ?1
