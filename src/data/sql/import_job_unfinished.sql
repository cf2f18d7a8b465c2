-- Another running job of the same source: the source has changed under it. ?1 tbl ?2 source ?3 the job that is no such.
-- Rows: job, batches, imported; the first. Index: import_job_source.
SELECT job, batches, imported FROM import_job WHERE tbl = ?1 AND source = ?2 AND state = 1 AND job <> ?3 LIMIT 1
