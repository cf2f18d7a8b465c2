-- A principal by its wire id, and which type of subject it is: 1 user, 2 team, 3 application. ?1 id. One row or none. Index: unique id.
SELECT p.key, CASE WHEN p.kind = 2 THEN 2 WHEN s.application_id IS NULL THEN 1 ELSE 3 END
FROM principal AS p LEFT JOIN systemuser AS s ON s.key = p.key WHERE p.id = ?1 AND ifnull(s.operator, 0) = 0
