-- Is a job deleting this row? ?1 table ?2 row key ?3 the kind that deletes. Index: job_row_place.
SELECT j.id FROM job_row AS r JOIN job AS j ON j.key = r.job WHERE r.tbl = ?1 AND r.obj = ?2 AND j.kind = ?3
