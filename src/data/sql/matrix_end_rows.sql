-- Rows that are in another unit than their owner, by table. A scan of the counters.
SELECT c.tbl, sum(c.n) FROM row_count AS c JOIN principal AS p ON p.key = c.owner
WHERE c.unit <> 0 AND c.owner <> 0 AND c.unit <> p.unit AND c.n > 0 GROUP BY c.tbl ORDER BY c.tbl
