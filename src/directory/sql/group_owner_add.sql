-- ?1 group key, ?2 owner key.
INSERT INTO group_owner(group_key, owner_key) VALUES(?1, ?2)
