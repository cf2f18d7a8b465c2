-- What a batch answered. ?1 job ?2 batch. One row or none. Index: the primary key.
SELECT answer FROM import_batch WHERE job = ?1 AND batch = ?2
