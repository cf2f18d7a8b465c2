-- Does an assignment go on behind its request? 1: JOB_ASSIGN. One row. Index: job_unfinished.
SELECT EXISTS (SELECT 1 FROM job WHERE state <> 3 AND kind = 1)
