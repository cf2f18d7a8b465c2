-- Its keys and folders are there. ?1 id. No row: no such tenant.
UPDATE tenant SET state = 1 WHERE id = ?1 AND state = 0
