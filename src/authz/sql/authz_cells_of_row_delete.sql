-- ?1 table ?2 row key. Index: the unique key.
DELETE FROM cellshare WHERE tbl = ?1 AND obj = ?2
