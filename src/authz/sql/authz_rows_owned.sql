-- How many rows a principal owns, of all tables. ?1 principal. One row. Index: none on the owner alone; a few rows per table.
SELECT ifnull(sum(n), 0) FROM row_count WHERE unit = 0 AND owner = ?1
