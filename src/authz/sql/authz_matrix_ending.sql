-- Do rows still move to their owners' units? 4: JOB_MATRIX_END. One row. Index: job_unfinished.
SELECT EXISTS (SELECT 1 FROM job WHERE state <> 3 AND kind = 4)
