-- Who owns or holds something, by wire id. ?1 id. One row or none. Index: unique id.
SELECT p.key, p.unit, p.kind, ifnull(t.type, 0) = 1 FROM principal AS p LEFT JOIN team AS t ON t.key = p.key WHERE p.id = ?1
