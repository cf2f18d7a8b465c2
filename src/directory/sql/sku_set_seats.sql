-- ?1 key, ?2 seats.
UPDATE sku SET seats = ?2 WHERE key = ?1
