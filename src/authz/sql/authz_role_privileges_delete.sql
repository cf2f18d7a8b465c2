-- ?1 role.
DELETE FROM roleprivilege WHERE role = ?1
