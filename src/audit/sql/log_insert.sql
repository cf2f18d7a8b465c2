-- Why: a log gets its number at the first event. Parameters: 1 log id. Rows: none. Index: unique id.
INSERT INTO log (id) VALUES (?1) ON CONFLICT (id) DO NOTHING
