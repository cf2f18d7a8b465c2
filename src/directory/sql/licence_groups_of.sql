-- The groups with licences that a person is a direct member of. ?1 user's key, ?2 behind this group's key: group's key. One row or none. Index: by member.
SELECT m.group_key FROM group_member m WHERE m.member_key = ?1 AND m.group_key > ?2
    AND EXISTS (SELECT 1 FROM group_licence g WHERE g.group_key = m.group_key) ORDER BY m.group_key LIMIT 1
