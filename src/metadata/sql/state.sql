-- The version of the definitions and the next free ordinal. One row.
SELECT version, next_ordinal FROM meta_state WHERE one = 1
