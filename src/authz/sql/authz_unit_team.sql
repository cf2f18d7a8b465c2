-- The default team of a unit. ?1 unit. One row. Index: team_default.
SELECT key FROM team WHERE is_default = 1 AND unit = ?1
