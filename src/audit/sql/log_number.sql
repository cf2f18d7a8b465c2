-- Why: the number of a log. Parameters: 1 log id. Rows: n, at most one. Index: unique id.
SELECT n FROM log WHERE id = ?1
