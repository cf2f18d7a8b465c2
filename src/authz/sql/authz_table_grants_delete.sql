-- What roles grant on a table that is removed. ?1 ordinal. Index: privilege_place; roles' grants are scanned, a rare act.
DELETE FROM roleprivilege WHERE privilege IN (SELECT key FROM privilege WHERE tbl = ?1)
