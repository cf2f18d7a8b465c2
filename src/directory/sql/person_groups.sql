-- The groups that a person is a direct member of (0) or owns (1). ?1 user's key: group's id, whether owner. Index: by member, by owner.
SELECT g.id, 0 FROM group_member m JOIN directory_object g ON g.key = m.group_key WHERE m.member_key = ?1
UNION ALL SELECT g.id, 1 FROM group_owner o JOIN directory_object g ON g.key = o.group_key WHERE o.owner_key = ?1
