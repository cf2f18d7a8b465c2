-- A built-in role. ?1 kind. One row.
SELECT key FROM role WHERE kind = ?1
