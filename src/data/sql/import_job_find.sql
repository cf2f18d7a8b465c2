-- A job. ?1 job. Rows: tbl, digest, state, batches, imported, rejected, source; one or none. Index: the primary key.
SELECT tbl, digest, state, batches, imported, rejected, source FROM import_job WHERE job = ?1
