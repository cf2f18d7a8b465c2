-- The right password. ?1 user, ?2 familiar. Often no row.
DELETE FROM signin_lockout WHERE user_key = ?1 AND familiar = ?2
