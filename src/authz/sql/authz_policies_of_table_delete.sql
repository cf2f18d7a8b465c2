-- ?1 table.
DELETE FROM rowpolicy WHERE tbl = ?1
