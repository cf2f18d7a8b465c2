-- The plans that a person has: of any licence that does not turn it off. ?1 user's key: plan's id. Index: unique (user_key, sku_key).
SELECT DISTINCT p.id FROM licence l JOIN sku_plan x ON x.sku_key = l.sku_key JOIN service_plan p ON p.key = x.plan_key
WHERE l.user_key = ?1 AND NOT EXISTS (SELECT 1 FROM licence_plan_off o WHERE o.licence_key = l.key AND o.plan_key = x.plan_key)
ORDER BY p.id
