-- What the roles grant, for the snapshot. Rows: all grants, by role.
SELECT rp.role, p.tbl, p.right_, rp.depth FROM roleprivilege AS rp CROSS JOIN privilege AS p ON p.key = rp.privilege ORDER BY rp.role
