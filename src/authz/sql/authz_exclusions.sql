-- Tables that take no part in the hierarchy.
SELECT tbl FROM hierarchy_exclusion
