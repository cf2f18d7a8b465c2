-- The teams of a user: memberships and the default team of the unit. ?1 user ?2 the user's unit.
-- Index: teammembership_user, team_default.
SELECT team FROM teammembership WHERE user = ?1 UNION ALL SELECT key FROM team WHERE is_default = 1 AND unit = ?2
