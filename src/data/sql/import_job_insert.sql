-- A new job, running. ?1 job ?2 tbl ?3 source ?4 digest ?5 time
INSERT INTO import_job (job, tbl, source, digest, state, batches, imported, rejected, started, changed)
VALUES (?1, ?2, ?3, ?4, 1, 0, 0, 0, ?5, ?5)
