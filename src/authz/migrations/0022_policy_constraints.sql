-- Row policies on further tables, along a path to the primary table (2.6). The plan of the condition is kept with each.
ALTER TABLE rowpolicy ADD COLUMN not_exists INTEGER NOT NULL DEFAULT 0 CHECK (not_exists IN (0, 1));
ALTER TABLE rowpolicy ADD COLUMN forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)); -- saved though no index leads to its rows
ALTER TABLE rowpolicy ADD COLUMN explanation TEXT NOT NULL DEFAULT '';

DROP VIEW sys_rowpolicy;
CREATE VIEW sys_rowpolicy AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, table_name AS entityname, query, constrain_primary AS constrainprimary,
       context_type AS contexttype, context_value AS contextvalue, operations, enabled AS isenabled, not_exists AS usenotexists, forced,
       explanation
FROM rowpolicy;

CREATE TABLE rowpolicyconstraint (
	key         INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	policy      INTEGER NOT NULL REFERENCES rowpolicy (key),
	tbl         INTEGER NOT NULL, -- ordinal of the table whose rows are constrained
	table_name  TEXT NOT NULL,
	path        TEXT NOT NULL,    -- navigation properties with '/' between, from it to the primary table
	forced      INTEGER NOT NULL CHECK (forced IN (0, 1)),
	explanation TEXT NOT NULL,
	version     INTEGER NOT NULL,
	UNIQUE (policy, tbl, path)
) STRICT;

CREATE VIEW sys_rowpolicyconstraint AS
SELECT c.key, c.id, c.version, 0 AS owner, 0 AS unit, c.table_name AS entityname, c.path, p.id AS rowpolicyid, c.forced, c.explanation
FROM rowpolicyconstraint AS c JOIN rowpolicy AS p ON p.key = c.policy;

-- Changes are tracked like those of the other administrative tables (0020).
CREATE TRIGGER note_rowpolicyconstraint_made AFTER INSERT ON rowpolicyconstraint WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 19) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 19, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_rowpolicyconstraint_changed AFTER UPDATE ON rowpolicyconstraint WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 19) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 19, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_rowpolicyconstraint_gone AFTER DELETE ON rowpolicyconstraint WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 19) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 19, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
