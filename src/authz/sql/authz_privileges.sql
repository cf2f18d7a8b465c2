-- All privileges, for what a role or user holds.
SELECT id, name, tbl, right_ FROM privilege ORDER BY key
