-- The members of a team. ?1 team. Index: primary key.
SELECT user FROM teammembership WHERE team = ?1 ORDER BY user
