-- Every session begun before now is over. ?1 key, ?2 now.
UPDATE user_account SET sessions_valid_from = ?2, changed = ?2 WHERE key = ?1
