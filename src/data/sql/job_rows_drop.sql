-- The first rows of a job. ?1 job ?2 up to n, without it. Index: the primary key.
DELETE FROM job_row WHERE job = ?1 AND n < ?2
