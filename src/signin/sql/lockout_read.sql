-- A person's failures. ?1 user, ?2 familiar. At most one row. Primary key.
SELECT failures, locked_until, digests FROM signin_lockout WHERE user_key = ?1 AND familiar = ?2
