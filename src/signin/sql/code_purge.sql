-- Codes that ended a day ago, a few at a time. ?1 the moment. Index authorization_code_by_end.
DELETE FROM authorization_code WHERE hash IN (SELECT hash FROM authorization_code WHERE ends < ?1 LIMIT 20)
