-- Back in classic mode: what jobs still assign (1: JOB_ASSIGN) or move (3: JOB_MOVE) goes into its owner's unit. Index: job_unfinished.
UPDATE job SET unit = (SELECT p.unit FROM principal AS p WHERE p.key = job.owner) WHERE state <> 3 AND kind IN (1, 3)
