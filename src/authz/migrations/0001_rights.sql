-- Who may do what in one environment: units, principals, roles, privileges, and the audit outbox of the same database.
-- Users and teams share the key space of `principal`; rows of business tables hold those keys and the keys of `unit`.
-- The views sys_* are what the Web API reads (metadata/builtin.c): key, id, version, owner, unit, and the wire's columns.

CREATE TABLE audit_outbox (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- The authorization epoch (5.5): moved in the transaction of every change of what stands below, and of definitions.
CREATE TABLE authz_state (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	epoch INTEGER NOT NULL
) STRICT;
INSERT INTO authz_state (one, epoch) VALUES (1, 1);

CREATE TABLE organization (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	id       BLOB NOT NULL,
	name     TEXT NOT NULL,
	settings TEXT NOT NULL,
	version  INTEGER NOT NULL
) STRICT;

CREATE TABLE unit (
	key      INTEGER PRIMARY KEY,
	id       BLOB NOT NULL UNIQUE,
	name     TEXT NOT NULL COLLATE NOCASE,
	parent   INTEGER REFERENCES unit (key), -- null: the root
	disabled INTEGER NOT NULL DEFAULT 0,
	version  INTEGER NOT NULL
) STRICT;
CREATE INDEX unit_parent ON unit (parent, key);
CREATE UNIQUE INDEX unit_root ON unit (ifnull(parent, 0)) WHERE parent IS NULL;

CREATE TABLE principal (
	key     INTEGER PRIMARY KEY,
	id      BLOB NOT NULL UNIQUE,
	kind    INTEGER NOT NULL CHECK (kind IN (1, 2)), -- 1 user, 2 team
	unit    INTEGER NOT NULL REFERENCES unit (key),
	name    TEXT NOT NULL COLLATE NOCASE,
	version INTEGER NOT NULL
) STRICT;
CREATE INDEX principal_unit ON principal (unit, kind, key);
CREATE INDEX principal_name ON principal (kind, name, key);

CREATE TABLE systemuser (
	key            INTEGER PRIMARY KEY REFERENCES principal (key),
	domain_name    TEXT COLLATE NOCASE,
	object_id      BLOB UNIQUE,
	application_id BLOB UNIQUE,
	first_name     TEXT COLLATE NOCASE,
	last_name      TEXT COLLATE NOCASE,
	email          TEXT COLLATE NOCASE,
	manager        INTEGER REFERENCES systemuser (key),
	access_mode    INTEGER NOT NULL DEFAULT 0,
	disabled       INTEGER NOT NULL DEFAULT 0,
	operator       INTEGER NOT NULL DEFAULT 0 -- the built-in user of the operator's lane
) STRICT;
CREATE UNIQUE INDEX systemuser_operator ON systemuser (operator) WHERE operator = 1;
CREATE INDEX systemuser_domain_name ON systemuser (domain_name);
CREATE INDEX systemuser_manager ON systemuser (manager) WHERE manager IS NOT NULL;

CREATE TABLE team (
	key             INTEGER PRIMARY KEY REFERENCES principal (key),
	type            INTEGER NOT NULL DEFAULT 0,
	is_default      INTEGER NOT NULL DEFAULT 0,
	unit            INTEGER, -- of a default team, for its uniqueness
	administrator   INTEGER REFERENCES systemuser (key),
	object_id       BLOB,
	membership_type INTEGER
) STRICT;
CREATE UNIQUE INDEX team_default ON team (unit) WHERE is_default = 1;
CREATE UNIQUE INDEX team_group ON team (object_id, membership_type) WHERE object_id IS NOT NULL;

-- Members of teams other than default teams, whose members are the users of their unit.
CREATE TABLE teammembership (
	team INTEGER NOT NULL REFERENCES team (key),
	user INTEGER NOT NULL REFERENCES systemuser (key),
	PRIMARY KEY (team, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX teammembership_user ON teammembership (user, team);

CREATE TABLE role (
	key         INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	name        TEXT NOT NULL COLLATE NOCASE,
	unit        INTEGER NOT NULL REFERENCES unit (key),
	direct_user INTEGER NOT NULL DEFAULT 1,
	kind        INTEGER NOT NULL DEFAULT 0,
	version     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX role_name ON role (unit, name);

-- The ids under which a role is seen in each unit of its subtree: an index of names, no copy of the role.
CREATE TABLE roleinstance (
	key  INTEGER PRIMARY KEY,
	id   BLOB NOT NULL UNIQUE,
	role INTEGER NOT NULL REFERENCES role (key),
	unit INTEGER NOT NULL REFERENCES unit (key),
	UNIQUE (role, unit)
) STRICT;
CREATE INDEX roleinstance_unit ON roleinstance (unit, role);

CREATE TABLE privilege (
	key    INTEGER PRIMARY KEY,
	id     BLOB NOT NULL UNIQUE,
	name   TEXT NOT NULL UNIQUE COLLATE NOCASE,
	tbl    INTEGER NOT NULL, -- table ordinal; 0: bound to no table
	right_ INTEGER NOT NULL, -- PrivilegeType; of a privilege bound to no table, its number
	depths INTEGER NOT NULL, -- bits 1 << depth
	access INTEGER NOT NULL  -- bit of AccessRights
) STRICT;
CREATE UNIQUE INDEX privilege_place ON privilege (tbl, right_);

CREATE TABLE roleprivilege (
	role      INTEGER NOT NULL REFERENCES role (key),
	privilege INTEGER NOT NULL REFERENCES privilege (key),
	depth     INTEGER NOT NULL CHECK (depth BETWEEN 1 AND 4),
	PRIMARY KEY (role, privilege)
) STRICT, WITHOUT ROWID;

-- Roles of users and teams. unit: of the instance named; in classic mode always the principal's own.
CREATE TABLE principalrole (
	principal INTEGER NOT NULL REFERENCES principal (key),
	role      INTEGER NOT NULL REFERENCES role (key),
	unit      INTEGER NOT NULL REFERENCES unit (key),
	PRIMARY KEY (principal, role, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX principalrole_role ON principalrole (role, unit, principal);

CREATE VIEW sys_organization AS
SELECT one AS key, id, version, 0 AS owner, 0 AS unit, name, settings AS orgdborgsettings FROM organization;

CREATE VIEW sys_businessunit AS
SELECT u.key, u.id, u.version, 0 AS owner, u.key AS unit, u.name, p.id AS parentbusinessunitid, u.disabled AS isdisabled
FROM unit AS u LEFT JOIN unit AS p ON p.key = u.parent;

CREATE VIEW sys_systemuser AS
SELECT p.key, p.id, p.version, 0 AS owner, p.unit, p.name AS fullname, s.domain_name AS domainname,
       s.object_id AS azureactivedirectoryobjectid, s.application_id AS applicationid, s.first_name AS firstname,
       s.last_name AS lastname, s.email AS internalemailaddress, u.id AS businessunitid, m.id AS parentsystemuserid,
       s.access_mode AS accessmode, s.disabled AS isdisabled, 1 AS islicensed
FROM systemuser AS s JOIN principal AS p ON p.key = s.key JOIN unit AS u ON u.key = p.unit
LEFT JOIN principal AS m ON m.key = s.manager;

CREATE VIEW sys_team AS
SELECT p.key, p.id, p.version, 0 AS owner, p.unit, p.name, t.type AS teamtype, u.id AS businessunitid, a.id AS administratorid,
       t.object_id AS azureactivedirectoryobjectid, t.membership_type AS membershiptype, t.is_default AS isdefault
FROM team AS t JOIN principal AS p ON p.key = t.key JOIN unit AS u ON u.key = p.unit
LEFT JOIN principal AS a ON a.key = t.administrator;

CREATE VIEW sys_role AS
SELECT i.key, i.id, r.version, 0 AS owner, i.unit, r.name, u.id AS businessunitid, r.direct_user AS isinherited,
       above.id AS parentroleid, r.id AS parentrootroleid
FROM roleinstance AS i JOIN role AS r ON r.key = i.role JOIN unit AS u ON u.key = i.unit
LEFT JOIN roleinstance AS above ON above.role = i.role AND above.unit = u.parent;

CREATE VIEW sys_privilege AS
SELECT key, id, 1 AS version, 0 AS owner, 0 AS unit, name, access AS accessright, depths >> 1 & 1 AS canbebasic,
       depths >> 2 & 1 AS canbelocal, depths >> 3 & 1 AS canbedeep, depths >> 4 & 1 AS canbeglobal FROM privilege;
