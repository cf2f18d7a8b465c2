-- The position hierarchy (1.11), tables that stay out of any hierarchy, rows shared with everybody in the environment, and the
-- setting that shares a row with its previous owner.
CREATE TABLE position (
	key     INTEGER PRIMARY KEY,
	id      BLOB NOT NULL UNIQUE,
	name    TEXT NOT NULL COLLATE NOCASE,
	parent  INTEGER REFERENCES position (key),
	version INTEGER NOT NULL
) STRICT;
CREATE INDEX position_parent ON position (parent, key);
ALTER TABLE systemuser ADD COLUMN position INTEGER REFERENCES position (key);
CREATE INDEX systemuser_position ON systemuser (position) WHERE position IS NOT NULL;

CREATE TABLE hierarchy_exclusion (
	key       INTEGER PRIMARY KEY,
	id        BLOB NOT NULL UNIQUE,
	tbl       INTEGER NOT NULL UNIQUE, -- table ordinal
	type_code INTEGER NOT NULL,        -- of that table, as the wire names it
	version   INTEGER NOT NULL
) STRICT;

ALTER TABLE organization ADD COLUMN hierarchy_positions INTEGER NOT NULL DEFAULT 0 CHECK (hierarchy_positions IN (0, 1));
ALTER TABLE organization ADD COLUMN share_to_previous_owner INTEGER NOT NULL DEFAULT 0 CHECK (share_to_previous_owner IN (0, 1));

-- principal 0 is everybody; so the key of the principal table is not referred to but kept by a trigger.
CREATE TABLE share_new (
	tbl       INTEGER NOT NULL,   -- table ordinal
	principal INTEGER NOT NULL,   -- 0: everybody in the environment
	obj       INTEGER NOT NULL,   -- key of the row in its table
	mask      INTEGER NOT NULL CHECK (mask BETWEEN 2 AND 254),
	PRIMARY KEY (tbl, principal, obj)
) STRICT, WITHOUT ROWID;
INSERT INTO share_new SELECT tbl, principal, obj, mask FROM share;
DROP TABLE share;
ALTER TABLE share_new RENAME TO share;
CREATE INDEX share_row ON share (tbl, obj, principal, mask);
CREATE INDEX share_principal ON share (principal);
CREATE TRIGGER principal_shares_end AFTER DELETE ON principal BEGIN DELETE FROM share WHERE principal = OLD.key; END;

CREATE VIEW sys_position AS
SELECT p.key, p.id, p.version, 0 AS owner, 0 AS unit, p.name, a.id AS parentpositionid
FROM position AS p LEFT JOIN position AS a ON a.key = p.parent;

CREATE VIEW sys_hierarchysecurityconfiguration AS
SELECT key, id, version, 0 AS owner, 0 AS unit, type_code AS objecttypecode FROM hierarchy_exclusion;

DROP VIEW sys_systemuser;
CREATE VIEW sys_systemuser AS
SELECT p.key, p.id, p.version, 0 AS owner, p.unit, p.name AS fullname, s.domain_name AS domainname,
       s.object_id AS azureactivedirectoryobjectid, s.application_id AS applicationid, s.first_name AS firstname,
       s.last_name AS lastname, s.email AS internalemailaddress, u.id AS businessunitid, m.id AS parentsystemuserid, o.id AS positionid,
       s.access_mode AS accessmode, s.disabled AS isdisabled, 1 AS islicensed
FROM systemuser AS s JOIN principal AS p ON p.key = s.key JOIN unit AS u ON u.key = p.unit
LEFT JOIN principal AS m ON m.key = s.manager LEFT JOIN position AS o ON o.key = s.position;

DROP VIEW sys_organization;
CREATE VIEW sys_organization AS
SELECT one AS key, id, version, 0 AS owner, 0 AS unit, name, share_to_previous_owner AS sharetopreviousowneronassign,
       hierarchy AS ishierarchicalsecuritymodelenabled, hierarchy_positions AS usepositionhierarchy,
       hierarchy_depth AS maxdepthforhierarchicalsecuritymodel,
       '<OrgSettings><EnableOwnershipAcrossBusinessUnits>false</EnableOwnershipAcrossBusinessUnits>'
       || '<AlwaysMoveRecordToOwnerBusinessUnit>true</AlwaysMoveRecordToOwnerBusinessUnit>'
       || '<DoNotRemoveRolesOnChangeBusinessUnit>false</DoNotRemoveRolesOnChangeBusinessUnit>'
       || '<ManagersMustBeInSameOrParentBusinessUnitAsReports>' || iif(hierarchy_unit_rule, 'true', 'false')
       || '</ManagersMustBeInSameOrParentBusinessUnitAsReports><AuthorizationEnableHSMForDisabledUsers>'
       || iif(hierarchy_disabled_users, 'true', 'false') || '</AuthorizationEnableHSMForDisabledUsers><HierarchyLevelForHierarchyFeature>'
       || hierarchy_write_levels || '</HierarchyLevelForHierarchyFeature></OrgSettings>' AS orgdborgsettings
FROM organization;
