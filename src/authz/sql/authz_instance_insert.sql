-- The id under which a role is seen in a unit. ?1 id ?2 role ?3 unit. A unit that moved may have it already.
INSERT INTO roleinstance (id, role, unit) VALUES (?1, ?2, ?3) ON CONFLICT (role, unit) DO NOTHING
