-- Roles of a principal. ?1 principal. One row.
SELECT count(*) FROM principalrole WHERE principal = ?1
