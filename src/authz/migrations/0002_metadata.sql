-- Tables defined as data (src/metadata), counters of rows for the planner (src/data/plan_choice.c), and batches of the import
-- route (src/data/import.c). Business tables themselves are made at run time: t_<ordinal>.

CREATE TABLE meta_state (
	one          INTEGER PRIMARY KEY CHECK (one = 1),
	version      INTEGER NOT NULL,   -- globalmetadataversion
	next_ordinal INTEGER NOT NULL,
	row_version  INTEGER NOT NULL    -- last versionnumber given out
) STRICT;
INSERT INTO meta_state (one, version, next_ordinal, row_version) VALUES (1, 1, 64, 1000);

CREATE TABLE meta_table (
	ordinal                 INTEGER PRIMARY KEY,
	id                      BLOB NOT NULL UNIQUE,
	logical_name            TEXT NOT NULL UNIQUE,
	schema_name             TEXT NOT NULL,
	entity_set              TEXT NOT NULL UNIQUE,
	display_name            TEXT NOT NULL,
	display_collection_name TEXT NOT NULL,
	description             TEXT NOT NULL,
	ownership               INTEGER NOT NULL,
	class                   INTEGER NOT NULL
) STRICT;

-- The primary name, the client's columns and lookups; system columns are the same for every table and not stored.
CREATE TABLE meta_column (
	tbl          INTEGER NOT NULL REFERENCES meta_table (ordinal),
	number       INTEGER NOT NULL,   -- physical column c_<number>
	id           BLOB NOT NULL UNIQUE,
	logical_name TEXT NOT NULL,
	schema_name  TEXT NOT NULL,
	display_name TEXT NOT NULL,
	type         INTEGER NOT NULL,
	flags        INTEGER NOT NULL,
	length_max   INTEGER NOT NULL,
	precision    INTEGER NOT NULL,
	min          INTEGER NOT NULL,
	max          INTEGER NOT NULL,
	navigation   TEXT NOT NULL,
	target       TEXT NOT NULL,
	options      TEXT NOT NULL,      -- JSON [[value,"label"],...]
	PRIMARY KEY (tbl, number),
	UNIQUE (tbl, logical_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta_relationship (
	id           BLOB NOT NULL PRIMARY KEY,
	schema_name  TEXT NOT NULL UNIQUE COLLATE NOCASE,
	referenced   INTEGER NOT NULL,
	referencing  INTEGER NOT NULL,
	column_name  TEXT NOT NULL,
	cascade      TEXT NOT NULL       -- JSON of CascadeConfiguration
) STRICT, WITHOUT ROWID;

-- Exact numbers of rows, kept by triggers of each business table: pairs (unit, owner) and totals (unit, 0), (0, owner), (0, 0).
CREATE TABLE row_count (
	tbl   INTEGER NOT NULL,
	unit  INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	n     INTEGER NOT NULL,
	PRIMARY KEY (tbl, unit, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX row_count_owner ON row_count (tbl, owner, unit, n);

-- What a batch answered, so that a repeated batch of a resumed job gets the same answer and writes nothing.
CREATE TABLE import_batch (
	job    BLOB NOT NULL,
	batch  INTEGER NOT NULL,
	answer TEXT NOT NULL,
	time   INTEGER NOT NULL,
	PRIMARY KEY (job, batch)
) STRICT, WITHOUT ROWID;
