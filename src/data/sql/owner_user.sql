-- Users of a UPN. ?1 UPN. Rows: id; two when it is ambiguous. Index: systemuser_domain_name.
SELECT p.id FROM systemuser AS s CROSS JOIN principal AS p ON p.key = s.key WHERE s.domain_name = ?1 LIMIT 2
