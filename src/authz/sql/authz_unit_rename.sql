-- A unit's new name. ?1 key ?2 name.
UPDATE unit SET name = ?2 WHERE key = ?1
