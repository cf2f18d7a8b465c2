-- What keeps a unit from being deleted. ?1 unit. One row: number of users and other teams, child units, rows.
SELECT (SELECT count(*) FROM principal AS p LEFT JOIN team AS t ON t.key = p.key WHERE p.unit = ?1 AND ifnull(t.is_default, 0) = 0)
     + (SELECT count(*) FROM unit WHERE parent = ?1)
     + EXISTS (SELECT 1 FROM row_count WHERE unit = ?1)
     + EXISTS (SELECT 1 FROM team AS t JOIN row_count AS c ON c.owner = t.key WHERE t.is_default = 1 AND t.unit = ?1)
