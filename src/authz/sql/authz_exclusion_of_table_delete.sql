-- ?1 table.
DELETE FROM hierarchy_exclusion WHERE tbl = ?1
