-- ?1 table.
SELECT key FROM teamtemplate WHERE tbl = ?1
