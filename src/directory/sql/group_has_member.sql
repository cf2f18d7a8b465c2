-- Direct members only. ?1 group's id, ?2 member's key: whether. Index: unique id, primary key.
SELECT EXISTS (SELECT 1 FROM group_member m JOIN directory_object g ON g.key = m.group_key WHERE g.id = ?1 AND m.member_key = ?2)
