-- An access token must not be accepted any more. ?1 uti, ?2 its end.
INSERT INTO revoked_access_token(uti, ends) VALUES(?1, ?2) ON CONFLICT(uti) DO NOTHING
