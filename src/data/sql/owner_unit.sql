-- Default teams of units of a name. ?1 name. Rows: id; two when it is ambiguous. Units are few: a scan of unit.
SELECT p.id FROM unit AS u CROSS JOIN team AS t ON t.unit = u.key AND t.is_default = 1 CROSS JOIN principal AS p ON p.key = t.key
WHERE u.name = ?1 LIMIT 2
