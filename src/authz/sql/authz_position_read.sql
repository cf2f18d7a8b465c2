-- ?1 key. One row.
SELECT name, ifnull(parent, 0) FROM position WHERE key = ?1
