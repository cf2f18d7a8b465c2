-- The profiles of a user or team. ?1 principal. Index: the primary key.
SELECT profile FROM principalprofile WHERE principal = ?1 ORDER BY profile
