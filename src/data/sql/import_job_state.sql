-- A job goes on, is finished or given up. ?1 job ?2 state ?3 time. Index: the primary key.
UPDATE import_job SET state = ?2, changed = ?3 WHERE job = ?1
