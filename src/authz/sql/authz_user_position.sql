-- ?1 user ?2 position or null.
UPDATE systemuser SET position = ?2 WHERE key = ?1
