-- What a policy of an external type may ask of a principal. ?1 key. One row. Index: primary keys.
SELECT p.id, p.name, u.id, s.domain_name, s.object_id, s.application_id
FROM principal AS p CROSS JOIN unit AS u ON u.key = p.unit LEFT JOIN systemuser AS s ON s.key = p.key WHERE p.key = ?1
