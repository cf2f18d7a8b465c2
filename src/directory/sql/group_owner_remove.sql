-- ?1 group key, ?2 owner key.
DELETE FROM group_owner WHERE group_key = ?1 AND owner_key = ?2
