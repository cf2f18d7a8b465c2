-- ?1 group's key, ?2 sku's key.
DELETE FROM group_licence WHERE group_key = ?1 AND sku_key = ?2
