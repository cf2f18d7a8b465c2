-- Matrix mode: who moves leaves the roles of the old unit behind. ?1 principal ?2 unit. Index: primary key.
DELETE FROM principalrole WHERE principal = ?1 AND unit = ?2
