-- The roles of one principal. ?1 principal.
SELECT role FROM principalrole WHERE principal = ?1
