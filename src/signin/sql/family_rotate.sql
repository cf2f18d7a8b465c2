-- The current token is spent, a new one is current. ?1 id, ?2 number that was current, ?3 new hash, ?4 now, ?5 idle until,
-- ?6 sealed answer. One row, or somebody was faster.
UPDATE refresh_family SET previous_hash = current_hash, previous_spent = ?4, current_n = ?2 + 1, current_hash = ?3,
       idle_until = ?5, last_response = ?6 WHERE id = ?1 AND current_n = ?2 AND revoked IS NULL
