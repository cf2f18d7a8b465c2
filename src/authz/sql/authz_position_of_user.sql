-- ?1 user. One row for a user; 0: none.
SELECT ifnull(position, 0) FROM systemuser WHERE key = ?1
