-- Whether a group has licences. ?1 group's key: 0 or 1. Index: unique (group_key, sku_key).
SELECT EXISTS (SELECT 1 FROM group_licence WHERE group_key = ?1)
