-- Users who stand for people of the directory, in the order of their keys. ?1 after this key ?2 limit. Index: primary keys.
SELECT s.key, p.id, s.object_id, p.name, s.access_mode, s.disabled, s.access_lost, s.known
FROM systemuser AS s CROSS JOIN principal AS p ON p.key = s.key
WHERE s.key > ?1 AND s.object_id IS NOT NULL AND s.application_id IS NULL AND s.operator = 0 ORDER BY s.key LIMIT ?2
