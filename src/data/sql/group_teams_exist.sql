-- A row if there is a team of a directory group. Index: team_group.
SELECT 1 FROM team WHERE object_id IS NOT NULL LIMIT 1
