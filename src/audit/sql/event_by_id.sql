-- Why: one event for a reader, in whichever log it is. Parameters: 1 id. Rows: log id, seq, body; at most one of each log. Index: event_by_id.
SELECT l.id, e.row & 1099511627775, e.body FROM event e JOIN log l ON l.n = e.row >> 40 WHERE e.id = ?1 ORDER BY e.row LIMIT 1
