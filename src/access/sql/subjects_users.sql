-- People, or application users, in the order of their keys. ?1 after this key ?2 limit ?3 0 people, 1 applications. Index: primary keys.
SELECT s.key, p.id FROM systemuser AS s CROSS JOIN principal AS p ON p.key = s.key
WHERE s.key > ?1 AND (s.application_id IS NOT NULL) = ?3 AND s.operator = 0 ORDER BY s.key LIMIT ?2
