-- All plans of a licence are on again. ?1 licence's key.
DELETE FROM licence_plan_off WHERE licence_key = ?1
