-- ?1 key ?2 version.
UPDATE unit SET version = ?2 WHERE key = ?1
