-- Rows of some units. ?1 table ?2 array of units. One row. Index: the primary key, a seek for each unit.
SELECT coalesce(sum(n), 0) FROM i64_array(?2) AS u CROSS JOIN row_count AS c ON c.tbl = ?1 AND c.unit = u.value AND c.owner = 0
