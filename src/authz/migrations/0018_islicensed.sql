-- islicensed is what the directory says at the time of the question (authz/licence_gates.c): the function is authz's, NULL when the directory does
-- not answer.
DROP VIEW sys_systemuser;
CREATE VIEW sys_systemuser AS
SELECT p.key, p.id, p.version, 0 AS owner, p.unit, p.name AS fullname, s.domain_name AS domainname,
       s.object_id AS azureactivedirectoryobjectid, s.application_id AS applicationid, s.first_name AS firstname,
       s.last_name AS lastname, s.email AS internalemailaddress, u.id AS businessunitid, m.id AS parentsystemuserid, o.id AS positionid,
       s.access_mode AS accessmode, s.disabled AS isdisabled, iif(s.object_id IS NULL, 0, person_is_licensed(s.object_id)) AS islicensed
FROM systemuser AS s JOIN principal AS p ON p.key = s.key JOIN unit AS u ON u.key = p.unit
LEFT JOIN principal AS m ON m.key = s.manager LEFT JOIN position AS o ON o.key = s.position;
