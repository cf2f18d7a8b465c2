-- Rows of some owners. ?1 table ?2 array of owners. One row. Index: the primary key, a seek for each owner.
SELECT coalesce(sum(n), 0) FROM i64_array(?2) AS o CROSS JOIN row_count AS c ON c.tbl = ?1 AND c.unit = 0 AND c.owner = o.value
