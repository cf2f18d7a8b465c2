-- The job whose turn it is: the first that is not finished. At most one row. Index: job_unfinished.
SELECT key, id, kind, phase, user, behind, actor, owner, unit, parts, definitions, at, link, after, listed, done, name, message, state, policies
FROM job WHERE state <> 3 ORDER BY key LIMIT 1
