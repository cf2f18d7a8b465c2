-- How many levels of groups stand below group ?1. Row: depth. Primary key of group_member.
WITH RECURSIVE down(key, depth) AS (
    SELECT ?1, 0 UNION SELECT m.member_key, down.depth + 1 FROM group_member m JOIN down ON m.group_key = down.key
    JOIN user_group g ON g.key = m.member_key WHERE down.depth < 32)
SELECT max(depth) FROM down
