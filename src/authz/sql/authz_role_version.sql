-- ?1 key ?2 version.
UPDATE role SET version = ?2 WHERE key = ?1
