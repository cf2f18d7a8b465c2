-- Whether a product may be used where a person is. ?1 user's key, ?2 sku's key: 0 or 1.
SELECT s.locations IS NULL OR instr(',' || s.locations || ',', ',' || ifnull(upper(u.usage_location), '?') || ',') > 0
FROM sku s JOIN user_account u ON u.key = ?1 WHERE s.key = ?2
