-- What a batch answered, and the digest of what was sent. ?1 job ?2 batch. One row or none. Index: the primary key.
SELECT answer, digest FROM import_batch WHERE job = ?1 AND batch = ?2
