-- All lines of a session that has ended. ?1 session, ?2 now, ?3 why. Index refresh_family_by_session.
UPDATE refresh_family SET revoked = ?2, revoked_why = ?3, last_response = NULL
WHERE session = ?1 AND revoked IS NULL AND standalone = 0
