-- What a change of a team starts from. ?1 key. One row.
SELECT p.name, t.type, t.is_default, p.unit FROM principal AS p JOIN team AS t ON t.key = p.key WHERE p.key = ?1
