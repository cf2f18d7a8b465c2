-- One row of a job. ?1 job ?2 n. At most one row. Index: the primary key.
SELECT tbl, obj, owner, unit FROM job_row WHERE job = ?1 AND n = ?2
