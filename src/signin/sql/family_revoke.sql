-- The line ends. ?1 id, ?2 now, ?3 why.
UPDATE refresh_family SET revoked = ?2, revoked_why = ?3, last_response = NULL WHERE id = ?1 AND revoked IS NULL
