-- ?1 table that is removed. What constrains other tables by it stays, and lets nothing pass.
DELETE FROM rowpolicy WHERE tbl = ?1 AND key NOT IN (SELECT policy FROM rowpolicyconstraint)
