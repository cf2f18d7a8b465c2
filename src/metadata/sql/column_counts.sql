-- How many columns each table stores, to size the arrays. Index: the primary key.
SELECT tbl, count(*) FROM meta_column GROUP BY tbl
