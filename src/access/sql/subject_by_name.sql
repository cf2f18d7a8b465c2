-- A person by UPN; a second row tells that the name is not one person's. ?1 UPN. Two rows at most. Index: systemuser_domain_name.
SELECT key FROM systemuser WHERE domain_name = ?1 AND application_id IS NULL AND operator = 0 LIMIT 2
