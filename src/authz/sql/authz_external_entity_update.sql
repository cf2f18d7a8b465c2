-- ?1 key ?2 properties ?3 version.
UPDATE externalentity SET properties = ?2, version = ?3 WHERE key = ?1
