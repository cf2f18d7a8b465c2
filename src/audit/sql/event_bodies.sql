-- Why: what a verifier compares with the tree. Parameters: 1 first row, 2 last row, 3 how many. Rows: seq, id, salt, body. Index: primary key.
SELECT row & 1099511627775, id, salt, body FROM event WHERE row BETWEEN ?1 AND ?2 ORDER BY row LIMIT ?3
