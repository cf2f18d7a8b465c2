-- The privilege of a name. ?1 name. Rows: id, one or none. Privileges are few: a scan of privilege.
SELECT id FROM privilege WHERE name = ?1
