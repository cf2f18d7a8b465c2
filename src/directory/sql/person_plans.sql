-- The plans that a person has: those that some licence, their own or a group's, leaves on. ?1 user's key: plan's id. Index: unique (user_key, sku_key),
-- primary key of inherited_licence.
SELECT DISTINCT p.id FROM plan_in_effect e JOIN service_plan p ON p.key = e.plan_key WHERE e.user_key = ?1 ORDER BY p.id
