-- Teams whose members are those of a directory group. Few rows: the partial index team_group.
SELECT key, object_id, membership_type FROM team WHERE object_id IS NOT NULL
