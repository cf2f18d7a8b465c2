-- The people whom a group's licences reach, one after another. ?1 group's key, ?2 behind this user's key: user's key. One row or none. Primary key.
SELECT m.member_key FROM group_member m JOIN user_account u ON u.key = m.member_key
WHERE m.group_key = ?1 AND m.member_key > ?2 ORDER BY m.member_key LIMIT 1
