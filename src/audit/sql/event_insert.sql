-- Why: one event. Parameters: as the columns. Rows: none. Index: all of event's.
INSERT INTO event (row, id, time_ms, recv_ms, cat, op, result, sev, actor_id, target_type, target_id, body, salt)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
