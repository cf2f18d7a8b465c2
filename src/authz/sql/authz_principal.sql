-- A principal as contexts need it. ?1 key. One row or none. Index: primary keys.
SELECT p.kind, p.id, p.unit, u.id, p.name, ifnull(s.disabled > s.access_lost, 0) OR u.disabled, ifnull(s.access_mode, 0), s.application_id IS NOT NULL,
       ifnull(t.type, 0), s.object_id, s.application_id, ifnull(s.operator, 0), ifnull(s.access_lost, 0), ifnull(s.known, 0)
FROM principal AS p CROSS JOIN unit AS u ON u.key = p.unit LEFT JOIN systemuser AS s ON s.key = p.key LEFT JOIN team AS t ON t.key = p.key
WHERE p.key = ?1
