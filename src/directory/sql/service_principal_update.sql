-- ?1 key, ?2 enabled, ?3 assignment required.
UPDATE service_principal SET enabled = ?2, assignment_required = ?3 WHERE key = ?1
