-- Is there a policy for this context? ?1 type ?2 value. Policies are few: a scan.
SELECT 1 FROM rowpolicy WHERE context_type = ?1 AND context_value = ?2 LIMIT 1
