-- How many users have a position, or positions stand below it. ?1 key. One row.
SELECT (SELECT count(*) FROM systemuser WHERE position = ?1) + (SELECT count(*) FROM position WHERE parent = ?1)
