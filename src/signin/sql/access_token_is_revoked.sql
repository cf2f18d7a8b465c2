-- Is it one of those? ?1 uti. At most one row. Primary key.
SELECT 1 FROM revoked_access_token WHERE uti = ?1
