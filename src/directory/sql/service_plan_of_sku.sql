-- A plan that the sku contains. ?1 sku's key, ?2 plan's id: key. Index: unique id, primary key.
SELECT p.key FROM service_plan p JOIN sku_plan x ON x.plan_key = p.key WHERE p.id = ?2 AND x.sku_key = ?1
