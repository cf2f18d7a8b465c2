-- Ids of principals, in the order of their keys. ?1 keys (an array). Index: primary key.
SELECT p.id FROM i64_array(?1) AS a CROSS JOIN principal AS p ON p.key = a.value ORDER BY p.key
