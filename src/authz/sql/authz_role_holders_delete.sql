-- ?1 role. Index: principalrole_role.
DELETE FROM principalrole WHERE role = ?1
