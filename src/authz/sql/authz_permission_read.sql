-- What a change of a permission starts from. ?1 key. One row.
SELECT column_id, rights, column_name FROM fieldpermission WHERE key = ?1
