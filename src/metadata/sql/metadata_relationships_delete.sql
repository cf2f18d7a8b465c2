-- The lookups of a table that is removed. ?1 ordinal. Few rows: a scan.
DELETE FROM meta_relationship WHERE referencing = ?1
