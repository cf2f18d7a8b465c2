-- A user's or team's id, kind (1 user, 2 team) and name. ?1 key. One row or none. Index: the primary key.
SELECT id, kind, name FROM principal WHERE key = ?1
