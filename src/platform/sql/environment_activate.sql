-- Its keys and folder are there. ?1 id.
UPDATE environment SET state = 1 WHERE id = ?1 AND state = 0
