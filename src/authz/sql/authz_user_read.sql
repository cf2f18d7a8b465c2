-- What a change of a user starts from. ?1 key. One row.
SELECT p.name, s.domain_name, s.first_name, s.last_name, s.email, ifnull(s.manager, 0), s.access_mode, s.disabled,
       s.application_id IS NOT NULL, s.operator
FROM principal AS p JOIN systemuser AS s ON s.key = p.key WHERE p.key = ?1
