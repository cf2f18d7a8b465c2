-- Sessions past their end, a few at a time. ?1 now. Index signin_session_by_end.
DELETE FROM signin_session WHERE id IN (SELECT id FROM signin_session WHERE ends < ?1 LIMIT 20)
