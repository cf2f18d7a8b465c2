-- The code is used up. ?1 hash, ?2 now, ?3 family or null, ?4 uti of the access token, ?5 its end. One row.
UPDATE authorization_code SET used = ?2, family = ?3, access_uti = ?4, access_ends = ?5 WHERE hash = ?1 AND used IS NULL
