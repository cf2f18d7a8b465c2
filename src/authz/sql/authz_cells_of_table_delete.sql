-- ?1 table.
DELETE FROM cellshare WHERE tbl = ?1
