-- ?1 key ?2 rights ?3 version.
UPDATE cellshare SET rights = ?2, version = ?3 WHERE key = ?1
