-- The roles of a user and the user's teams. ?1 array of principals. Index: the primary key, a seek for each principal.
SELECT r.principal, r.role, r.unit FROM i64_array(?1) AS a CROSS JOIN principalrole AS r ON r.principal = a.value
