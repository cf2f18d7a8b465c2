-- Is ?1 this position (?2) or above it? One row: 0 or 1.
WITH RECURSIVE up (key) AS (SELECT ?2 UNION SELECT p.parent FROM up JOIN position AS p ON p.key = up.key WHERE p.parent IS NOT NULL)
SELECT EXISTS (SELECT 1 FROM up WHERE key = ?1)
