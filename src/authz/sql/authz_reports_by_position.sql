-- Who has a position directly below some: the position, then key (0: nobody has it), unit, disabled (or in a disabled unit).
-- ?1 array of positions. Index: position_parent, systemuser_position.
SELECT o.key, ifnull(s.key, 0), ifnull(p.unit, 0), ifnull(s.disabled OR u.disabled, 0)
FROM i64_array(?1) AS q CROSS JOIN position AS o ON o.parent = q.value LEFT JOIN systemuser AS s ON s.position = o.key
LEFT JOIN principal AS p ON p.key = s.key LEFT JOIN unit AS u ON u.key = p.unit
