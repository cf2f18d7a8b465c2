-- A key of sign-in by name. ?1 name. At most one row. Primary key.
SELECT value FROM signin_secret WHERE name = ?1
