-- Is ?1 a member of ?2, directly or through groups? And how deep at most do groups stand above ?2? Row: is, depth.
-- group_member_by_member; UNION ends at a cycle, which cannot exist.
WITH RECURSIVE up(key, depth) AS (
    SELECT ?1, 0 UNION SELECT m.group_key, up.depth + 1 FROM group_member m JOIN up ON m.member_key = up.key
    WHERE up.depth < 32)
SELECT EXISTS(SELECT 1 FROM up WHERE key = ?2 AND depth > 0), max(depth) FROM up
