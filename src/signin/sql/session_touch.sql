-- The session was used. ?1 id, ?2 now.
UPDATE signin_session SET used = ?2 WHERE id = ?1
