-- ?1 user's key, ?2 sku's key.
DELETE FROM licence WHERE user_key = ?1 AND sku_key = ?2
