-- The session ends. ?1 id.
DELETE FROM signin_session WHERE id = ?1
