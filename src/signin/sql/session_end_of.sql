-- When a session ends. ?1 id. At most one row. Primary key.
SELECT ends FROM signin_session WHERE id = ?1
