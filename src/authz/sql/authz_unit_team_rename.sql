-- A default team carries its unit's name. ?1 unit ?2 name. Index: team_default.
UPDATE principal SET name = ?2 WHERE key = (SELECT key FROM team WHERE is_default = 1 AND unit = ?1)
