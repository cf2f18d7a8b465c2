-- Those that have expired anyway, a few at a time. ?1 now. Index revoked_access_token_by_end.
DELETE FROM revoked_access_token WHERE uti IN (SELECT uti FROM revoked_access_token WHERE ends < ?1 LIMIT 20)
