-- A row met, unless it was met before. ?1 job ?2 n ?3 table ?4 row key ?5 owner ?6 unit. Index: job_row_place.
INSERT INTO job_row (job, n, tbl, obj, owner, unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
