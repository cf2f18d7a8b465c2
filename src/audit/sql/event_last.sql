-- Why: how many events a log has, from its last row. Parameters: 1 its first possible row, 2 its last. Rows: row. Index: primary key.
SELECT row FROM event WHERE row BETWEEN ?1 AND ?2 ORDER BY row DESC LIMIT 1
