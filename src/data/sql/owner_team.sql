-- Teams of a name. ?1 name. Rows: id; two when it is ambiguous. Index: principal_name.
SELECT id FROM principal WHERE kind = 2 AND name = ?1 LIMIT 2
