-- The roles of one principal, each with the unit of its instance. ?1 principal.
SELECT role, unit FROM principalrole WHERE principal = ?1
