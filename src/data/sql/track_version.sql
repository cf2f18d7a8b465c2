-- The last version given out. One row.
SELECT row_version FROM meta_state WHERE one = 1
