-- ?1 user's key, ?2 sku's key: key. Index: unique (user_key, sku_key).
SELECT key FROM licence WHERE user_key = ?1 AND sku_key = ?2
