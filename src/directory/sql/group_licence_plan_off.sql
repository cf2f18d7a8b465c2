-- ?1 group licence's key, ?2 plan's key.
INSERT INTO group_licence_plan_off(licence_key, plan_key) VALUES(?1, ?2) ON CONFLICT DO NOTHING
