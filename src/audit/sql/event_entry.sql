-- Why: to make an entry of the tree again after a crash. Parameters: 1 row. Rows: one. Index: primary key.
SELECT id, recv_ms, cat, sev, body, salt FROM event WHERE row = ?1
