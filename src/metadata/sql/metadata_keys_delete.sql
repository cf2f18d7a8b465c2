-- The keys of a table that is removed. ?1 ordinal. Index: (tbl, logical_name).
DELETE FROM meta_key WHERE tbl = ?1
