-- All plans of a group's licence are on again. ?1 group licence's key.
DELETE FROM group_licence_plan_off WHERE licence_key = ?1
