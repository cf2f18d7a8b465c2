-- Why: an event that was sent again is dropped. Parameters: 1 id, 2 log number. Rows: one when it is there. Index: event_by_id.
SELECT 1 FROM event WHERE id = ?1 AND row >> 40 = ?2
