-- Why, parameters, rows: as events_page.sql, with 4 not null. Index: event_by_op.
SELECT row & 1099511627775, body FROM event INDEXED BY event_by_op WHERE op = ?4 AND row BETWEEN ?1 AND ?2
AND (?5 IS NULL OR result = ?5) AND (?6 IS NULL OR recv_ms >= ?6) AND (?7 IS NULL OR recv_ms < ?7)
AND (?8 IS NULL OR actor_id = ?8) AND (?9 IS NULL OR target_id = ?9) ORDER BY row LIMIT ?3
