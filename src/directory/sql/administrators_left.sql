-- How many enabled people hold role ?1, directly or through a role-assignable group. Row: count.
WITH RECURSIVE down(key) AS (
    SELECT principal_key FROM role_assignment WHERE role_template = ?1
    UNION SELECT m.member_key FROM group_member m JOIN down ON m.group_key = down.key
          JOIN user_group g ON g.key = m.group_key WHERE g.role_assignable)
SELECT count(*) FROM down JOIN user_account u ON u.key = down.key WHERE u.enabled
