-- ?1 group's key, ?2 sku's key, ?3 time.
INSERT INTO group_licence(group_key, sku_key, assigned) VALUES(?1, ?2, ?3)
