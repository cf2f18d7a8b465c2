-- Row policies for whoever holds a role with a context string, or while a session has set one (2.6); roles whose holders no policy binds.
ALTER TABLE role ADD COLUMN context TEXT COLLATE NOCASE; -- contextstring; null: none
ALTER TABLE role ADD COLUMN bypass INTEGER NOT NULL DEFAULT 0 CHECK (bypass IN (0, 1));

DROP VIEW sys_role;
CREATE VIEW sys_role AS
SELECT i.key, i.id, r.version, 0 AS owner, i.unit, r.name, u.id AS businessunitid, r.direct_user AS isinherited, r.context AS contextstring,
       r.bypass AS xdsbypass, above.id AS parentroleid, r.id AS parentrootroleid
FROM roleinstance AS i JOIN role AS r ON r.key = i.role JOIN unit AS u ON u.key = i.unit
LEFT JOIN roleinstance AS above ON above.role = i.role AND above.unit = u.parent;

DROP VIEW sys_rowpolicy;
ALTER TABLE rowpolicy RENAME TO rowpolicy_of_roles;
CREATE TABLE rowpolicy (
	key               INTEGER PRIMARY KEY,
	id                BLOB NOT NULL UNIQUE,
	name              TEXT NOT NULL COLLATE NOCASE,
	tbl               INTEGER NOT NULL,   -- table ordinal
	table_name        TEXT NOT NULL,
	query             TEXT NOT NULL,      -- $filter over the table
	constrain_primary INTEGER NOT NULL,
	context_type      INTEGER NOT NULL CHECK (context_type BETWEEN 0 AND 2), -- enum policy_context
	context_value     TEXT NOT NULL COLLATE NOCASE,
	operations        INTEGER NOT NULL CHECK (operations BETWEEN 1 AND 15),
	enabled           INTEGER NOT NULL,
	version           INTEGER NOT NULL
) STRICT;
INSERT INTO rowpolicy (key, id, name, tbl, table_name, query, constrain_primary, context_type, context_value, operations, enabled, version)
SELECT key, id, name, tbl, table_name, query, constrain_primary, context_type, context_value, operations, enabled, version FROM rowpolicy_of_roles;
DROP TABLE rowpolicy_of_roles;

CREATE VIEW sys_rowpolicy AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, table_name AS entityname, query, constrain_primary AS constrainprimary,
       context_type AS contexttype, context_value AS contextvalue, operations, enabled AS isenabled
FROM rowpolicy;
