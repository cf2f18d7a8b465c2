-- Row policies (2.6): conditions on the rows of a table that hold for the holders of a role, whatever their roles give.
CREATE TABLE rowpolicy (
	key               INTEGER PRIMARY KEY,
	id                BLOB NOT NULL UNIQUE,
	name              TEXT NOT NULL COLLATE NOCASE,
	tbl               INTEGER NOT NULL,   -- table ordinal
	table_name        TEXT NOT NULL,
	query             TEXT NOT NULL,      -- $filter over the table
	constrain_primary INTEGER NOT NULL,
	context_type      INTEGER NOT NULL CHECK (context_type = 0), -- role name
	context_value     TEXT NOT NULL COLLATE NOCASE,
	operations        INTEGER NOT NULL CHECK (operations BETWEEN 1 AND 15),
	enabled           INTEGER NOT NULL,
	version           INTEGER NOT NULL
) STRICT;

CREATE VIEW sys_rowpolicy AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, table_name AS entityname, query, constrain_primary AS constrainprimary,
       context_type AS contexttype, context_value AS contextvalue, operations, enabled AS isenabled
FROM rowpolicy;
