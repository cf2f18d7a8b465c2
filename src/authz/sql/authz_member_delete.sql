-- ?1 team ?2 user.
DELETE FROM teammembership WHERE team = ?1 AND user = ?2
