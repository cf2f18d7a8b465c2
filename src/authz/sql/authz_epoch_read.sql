-- The epoch that every context of this transaction must have. One row. Index: primary key.
SELECT epoch FROM authz_state WHERE one = 1
