-- ?1 id. Row: key, kind. Unique index on id.
SELECT key, kind FROM directory_object WHERE id = ?1
