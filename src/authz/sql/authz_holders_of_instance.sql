-- Who holds an instance. ?1 role ?2 unit ?3 kind of principal. Index: principalrole_role.
SELECT p.key FROM principalrole AS h JOIN principal AS p ON p.key = h.principal
WHERE h.role = ?1 AND h.unit = ?2 AND p.kind = ?3 ORDER BY p.key
