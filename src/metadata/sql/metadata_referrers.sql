-- How many lookups of other tables point at a table. ?1 ordinal. One row. Few rows: a scan.
SELECT count(*) FROM meta_relationship WHERE referenced = ?1 AND referencing <> ?1
