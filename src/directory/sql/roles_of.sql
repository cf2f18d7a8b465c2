-- Templates of the directory roles of object ?1 (id), held directly or through a role-assignable group.
WITH RECURSIVE up(key) AS (
    SELECT key FROM directory_object WHERE id = ?1
    UNION SELECT m.group_key FROM group_member m JOIN up ON m.member_key = up.key
          JOIN user_group g ON g.key = m.group_key WHERE g.role_assignable)
SELECT DISTINCT r.role_template FROM role_assignment r JOIN up ON r.principal_key = up.key
