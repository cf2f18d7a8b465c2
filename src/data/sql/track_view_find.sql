-- ?1 hash. Index: the primary key.
SELECT body, time FROM delta_view WHERE hash = ?1
