-- A role taken from a user or team. ?1 principal ?2 role ?3 unit of the instance.
DELETE FROM principalrole WHERE principal = ?1 AND role = ?2 AND unit = ?3
