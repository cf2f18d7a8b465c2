-- Every group that object ?1 (id) is in, nested ones included; ?2: security groups only. group_member_by_member.
WITH RECURSIVE up(key) AS (
    SELECT m.group_key FROM group_member m JOIN directory_object o ON o.key = m.member_key WHERE o.id = ?1
    UNION SELECT m.group_key FROM group_member m JOIN up ON m.member_key = up.key)
SELECT o.id FROM up JOIN directory_object o ON o.key = up.key JOIN user_group g ON g.key = up.key
WHERE NOT ?2 OR g.security_enabled ORDER BY o.key
