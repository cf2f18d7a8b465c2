-- ?1 group key, ?2 member key. Primary key: a second time is a conflict.
INSERT INTO group_member(group_key, member_key) VALUES(?1, ?2)
