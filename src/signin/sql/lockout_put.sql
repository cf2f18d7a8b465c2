-- The same, changed. ?1 user, ?2 familiar, ?3 failures, ?4 locked until, ?5 digests.
INSERT INTO signin_lockout(user_key, familiar, failures, locked_until, digests) VALUES(?1, ?2, ?3, ?4, ?5)
ON CONFLICT(user_key, familiar) DO UPDATE SET failures = ?3, locked_until = ?4, digests = ?5
