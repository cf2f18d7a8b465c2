-- ?1 key, ?2 countries, "DE,FR", or null: everywhere.
UPDATE sku SET locations = ?2 WHERE key = ?1
