-- A role as seen in a unit. ?1 id. One row or none: role, unit of the instance, unit of the role, kind. Index: unique id.
SELECT i.role, i.unit, r.unit, r.kind, r.id, r.name, r.direct_user, coalesce(r.context, ''), r.bypass FROM roleinstance AS i JOIN role AS r ON r.key = i.role WHERE i.id = ?1
