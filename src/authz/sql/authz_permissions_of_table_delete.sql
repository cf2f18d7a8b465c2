-- Of a table that is removed. ?1 table ordinal. Index: fieldpermission_table.
DELETE FROM fieldpermission WHERE tbl = ?1
