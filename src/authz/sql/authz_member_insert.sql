-- ?1 team ?2 user.
INSERT INTO teammembership (team, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING
