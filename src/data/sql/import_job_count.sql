-- One more batch is in. ?1 job ?2 imported ?3 rejected ?4 time. Index: the primary key.
UPDATE import_job SET batches = batches + 1, imported = imported + ?2, rejected = rejected + ?3, changed = ?4 WHERE job = ?1
