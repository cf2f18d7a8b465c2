-- Why: a page of a log for a reader. Parameters: 1 first row, 2 last row, 3 how many, 4 op, 5 result, 6 from and 7 to in ms, 8 actor
-- id, 9 target id; null: any. Rows: seq, body. Index: primary key.
SELECT row & 1099511627775, body FROM event WHERE row BETWEEN ?1 AND ?2
AND (?4 IS NULL OR op = ?4) AND (?5 IS NULL OR result = ?5) AND (?6 IS NULL OR recv_ms >= ?6) AND (?7 IS NULL OR recv_ms < ?7)
AND (?8 IS NULL OR actor_id = ?8) AND (?9 IS NULL OR target_id = ?9) ORDER BY row LIMIT ?3
