-- An administrator has decided whether the user is disabled: synchronization does not undo it. ?1 key.
UPDATE systemuser SET access_lost = 0 WHERE key = ?1
