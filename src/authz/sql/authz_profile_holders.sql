-- Who has a profile. ?1 profile ?2 kind of principal. Index: principalprofile_profile.
SELECT p.key FROM principalprofile AS h JOIN principal AS p ON p.key = h.principal WHERE h.profile = ?1 AND p.kind = ?2 ORDER BY p.key
