-- The privileges of a table that is removed. ?1 ordinal. Index: privilege_place.
DELETE FROM privilege WHERE tbl = ?1
