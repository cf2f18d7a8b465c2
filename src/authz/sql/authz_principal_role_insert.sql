-- A role for a user or team. ?1 principal ?2 role ?3 unit of the instance.
INSERT INTO principalrole (principal, role, unit) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
