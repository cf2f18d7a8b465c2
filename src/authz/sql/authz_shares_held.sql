-- How many shares of a table's rows some principals hold that carry a right, counted up to ?4: enough to choose a plan by.
-- ?1 table ?2 array of principals ?3 bit of the right ?4 limit. One row. Index: the primary key, a range for each principal.
SELECT count(*) FROM (SELECT 1 FROM i64_array(?2) AS q CROSS JOIN share AS h ON h.tbl = ?1 AND h.principal = q.value
                      WHERE (h.mask & ?3) <> 0 LIMIT ?4)
