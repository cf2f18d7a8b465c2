-- Why: the logs that have events. Parameters: none. Rows: id. Index: primary key.
SELECT id FROM log ORDER BY n
