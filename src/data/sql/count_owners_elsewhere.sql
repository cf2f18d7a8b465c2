-- Rows of some owners outside some units, so that owners and units add up without counting a row twice.
-- ?1 table ?2 array of owners ?3 array of units. One row. Index: row_count_owner, a range for each owner.
SELECT coalesce(sum(n), 0) FROM i64_array(?2) AS o CROSS JOIN row_count AS c ON c.tbl = ?1 AND c.owner = o.value AND c.unit > 0
WHERE c.unit NOT IN (SELECT value FROM i64_array(?3))
