-- ?1 key ?2 disabled.
UPDATE unit SET disabled = ?2 WHERE key = ?1
