-- ?1 id. One row or none.
SELECT key, name, tbl, mask FROM teamtemplate WHERE id = ?1
