-- A role's grant, replacing an older depth. ?1 role ?2 privilege ?3 depth.
INSERT INTO roleprivilege (role, privilege, depth) VALUES (?1, ?2, ?3) ON CONFLICT (role, privilege) DO UPDATE SET depth = excluded.depth
