-- ?1 user's key, ?2 sku's key, ?3 time.
INSERT INTO licence(user_key, sku_key, assigned) VALUES(?1, ?2, ?3)
