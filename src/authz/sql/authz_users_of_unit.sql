-- The users of a unit: members of its default team. ?1 unit. Index: principal_unit.
SELECT key FROM principal WHERE unit = ?1 AND kind = 1 ORDER BY key
