-- ?1 key ?2 name ?3 direct_user ?4 version ?5 context ?6 bypass.
UPDATE role SET name = ?2, direct_user = ?3, version = ?4, context = ?5, bypass = ?6 WHERE key = ?1
