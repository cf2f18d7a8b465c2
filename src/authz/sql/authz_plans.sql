-- All service plans with bounds: id, bounds.
SELECT id, bounds FROM service_plan
