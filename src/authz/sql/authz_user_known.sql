-- The directory knows the person. ?1 key.
UPDATE systemuser SET known = 1 WHERE key = ?1
