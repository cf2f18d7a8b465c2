-- How many rows are in another unit than their owner. One row. A scan of the counters.
SELECT ifnull(sum(c.n), 0) FROM row_count AS c JOIN principal AS p ON p.key = c.owner WHERE c.unit <> 0 AND c.owner <> 0 AND c.unit <> p.unit
