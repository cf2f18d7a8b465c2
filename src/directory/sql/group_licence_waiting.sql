-- The first way that waits for a seat of a product, behind another. ?1 sku's key, ?2 group's key and ?3 user's key of that other: group's key,
-- user's key. One row or none. Index: group_licence_by_sku, inherited_licence_by_licence.
SELECT g.group_key, i.user_key FROM group_licence g JOIN inherited_licence i ON i.licence_key = g.key
WHERE g.sku_key = ?1 AND i.error = 1 AND (g.group_key, i.user_key) > (?2, ?3) ORDER BY g.group_key, i.user_key LIMIT 1
