-- A row is deleted: no job has anything to do with it, nor with the next of its key. ?1 table ?2 row key. Index: job_row_place.
DELETE FROM job_row WHERE tbl = ?1 AND obj = ?2
