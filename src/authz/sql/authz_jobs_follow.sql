-- A principal moves while jobs still bring rows to them (1: JOB_ASSIGN) or with them (3: JOB_MOVE): these go where the principal is now.
-- ?1 principal ?2 unit before ?3 unit. Index: job_unfinished.
UPDATE job SET unit = ?3 WHERE state <> 3 AND owner = ?1 AND (kind = 3 OR (kind = 1 AND unit = ?2))
