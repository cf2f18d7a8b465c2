-- ?1 user's key, ?2 sku's key: a row when the person has a seat, by whatever way. Primary key.
SELECT 1 FROM seat WHERE user_key = ?1 AND sku_key = ?2
