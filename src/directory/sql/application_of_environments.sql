-- Applications that stand for environments. Row: key, environment.
SELECT key, environment FROM application WHERE environment IS NOT NULL
