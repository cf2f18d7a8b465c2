-- ?1 role ?2 privilege.
DELETE FROM roleprivilege WHERE role = ?1 AND privilege = ?2
