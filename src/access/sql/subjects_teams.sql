-- Teams in the order of their keys. ?1 after this key ?2 limit. Index: primary keys.
SELECT t.key, p.id FROM team AS t CROSS JOIN principal AS p ON p.key = t.key WHERE t.key > ?1 ORDER BY t.key LIMIT ?2
