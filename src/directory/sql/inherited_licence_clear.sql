-- ?1 user's key, ?2 group's key. Primary key.
DELETE FROM inherited_licence WHERE user_key = ?1 AND licence_key IN (SELECT key FROM group_licence WHERE group_key = ?2)
