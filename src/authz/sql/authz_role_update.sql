-- ?1 key ?2 name ?3 direct_user ?4 version.
UPDATE role SET name = ?2, direct_user = ?3, version = ?4 WHERE key = ?1
