-- A user or team has a profile. ?1 principal ?2 profile.
INSERT INTO principalprofile (principal, profile) VALUES (?1, ?2) ON CONFLICT DO NOTHING
