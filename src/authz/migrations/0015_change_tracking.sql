-- Change tracking (src/data/change_tracking.c). A table is tracked from the first time that somebody asks; triggers of its own
-- (t_<n>_..., src/metadata/physical.c) then note what its rows' versions do not tell.

CREATE TABLE tracked (
	tbl   INTEGER PRIMARY KEY,
	floor INTEGER NOT NULL,          -- what changed up to this version is not known
	time  INTEGER NOT NULL           -- when old notes were last dropped
) STRICT;

-- What happened to a row, each with a version of its own. kind: 1 made, 2 deleted, 3 moved, 4 no longer shared, 5 shared.
-- owner, unit: those that it had (2, 3); principal: of the share (4, 5); key: the row's, where it may have come into sight (3, 5); else 0.
CREATE TABLE row_note (
	tbl       INTEGER NOT NULL,
	version   INTEGER NOT NULL,
	kind      INTEGER NOT NULL,
	id        BLOB NOT NULL,
	key       INTEGER NOT NULL,
	owner     INTEGER NOT NULL,
	unit      INTEGER NOT NULL,
	principal INTEGER NOT NULL,
	time      INTEGER NOT NULL,
	PRIMARY KEY (tbl, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX row_note_id ON row_note (tbl, id, version, kind, principal);

-- What callers saw when they were given a delta link: principals and units, by the hash of their text.
CREATE TABLE delta_view (
	hash BLOB PRIMARY KEY,
	body BLOB NOT NULL,
	time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
