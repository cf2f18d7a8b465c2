-- A plan of a sku; one that it has already stays. ?1 sku's key, ?2 plan's key.
INSERT INTO sku_plan(sku_key, plan_key) VALUES(?1, ?2) ON CONFLICT DO NOTHING
