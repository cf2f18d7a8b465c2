-- All members of a team. ?1 team.
DELETE FROM teammembership WHERE team = ?1
