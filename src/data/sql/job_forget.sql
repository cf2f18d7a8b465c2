-- Jobs that were over at a time. ?1 time. A scan of a small table.
DELETE FROM job WHERE state = 3 AND completed < ?1
