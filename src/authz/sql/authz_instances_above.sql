-- The roles that a unit's children inherit. ?1 unit. Index: roleinstance_unit.
SELECT r.key, r.id FROM roleinstance AS i CROSS JOIN role AS r ON r.key = i.role WHERE i.unit = ?1
