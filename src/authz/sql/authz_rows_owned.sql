-- How many rows a principal owns, of all tables, those included that a job may give back. ?1 principal. One row. Index: none on the owner alone; a
-- few rows per table.
SELECT ifnull((SELECT sum(n) FROM row_count WHERE unit = 0 AND owner = ?1), 0) + EXISTS (SELECT 1 FROM job_row WHERE owner = ?1)
