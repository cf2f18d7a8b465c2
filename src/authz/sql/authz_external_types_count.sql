-- How many types there are. One row.
SELECT count(*) FROM externaltype
