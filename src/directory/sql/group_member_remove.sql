-- ?1 group key, ?2 member key.
DELETE FROM group_member WHERE group_key = ?1 AND member_key = ?2
