-- People who can still administer the environment: enabled, Read-Write, System Administrators themselves or through a team.
-- Few are asked about many: in this order. One row. Index: principalrole_role, teammembership, principal_unit.
WITH holder (key) AS (SELECT h.principal FROM role AS r CROSS JOIN principalrole AS h ON h.role = r.key WHERE r.kind = 1),
     person (key) AS (
	SELECT key FROM holder
	UNION SELECT m.user FROM holder CROSS JOIN teammembership AS m ON m.team = holder.key
	UNION SELECT p.key FROM holder CROSS JOIN team AS t ON t.key = holder.key AND t.is_default = 1
	      CROSS JOIN principal AS p ON p.unit = t.unit AND p.kind = 1)
SELECT count(*) FROM person CROSS JOIN systemuser AS s ON s.key = person.key CROSS JOIN principal AS p ON p.key = s.key CROSS JOIN unit AS u ON u.key = p.unit
WHERE s.disabled = 0 AND s.access_mode = 0 AND s.application_id IS NULL AND u.disabled = 0
