-- A unit under another parent. ?1 key ?2 parent.
UPDATE unit SET parent = ?2 WHERE key = ?1
