-- ?1 role.
DELETE FROM roleinstance WHERE role = ?1
