-- ?1 group's key, ?2 sku's key: key. Index: unique (group_key, sku_key).
SELECT key FROM group_licence WHERE group_key = ?1 AND sku_key = ?2
