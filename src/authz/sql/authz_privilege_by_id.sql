-- ?1 id. One row or none: key, table, right, depths. Index: unique id.
SELECT key, tbl, right_, depths FROM privilege WHERE id = ?1
