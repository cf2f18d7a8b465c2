-- Work that a request has begun and that goes on behind it, in slices of one transaction each (src/data/job.h).
CREATE TABLE job (
	key         INTEGER PRIMARY KEY,        -- the order in which they run
	id          BLOB NOT NULL UNIQUE,
	version     INTEGER NOT NULL,
	kind        INTEGER NOT NULL,           -- enum job_kind
	phase       INTEGER NOT NULL,           -- enum job_phase
	state       INTEGER NOT NULL DEFAULT 0, -- as the wire has it: 0 ready, 2 locked, 3 completed
	status      INTEGER NOT NULL DEFAULT 0, -- 0 waiting, 20 in progress, 30 succeeded, 31 failed
	name        TEXT NOT NULL,
	message     TEXT,
	created     INTEGER NOT NULL,
	started     INTEGER,
	completed   INTEGER,
	user        INTEGER NOT NULL,           -- who asked for it, and who acted for them (0: nobody)
	behind      INTEGER NOT NULL,
	actor       TEXT NOT NULL,              -- the same for the audit log: lines, src/data/job_actor.c
	policies    TEXT NOT NULL,              -- the request's RowPolicyContext
	owner       INTEGER NOT NULL,           -- assign: to whom; move: whose rows
	unit        INTEGER NOT NULL,           -- assign, move: into which unit
	parts       INTEGER NOT NULL,           -- assign: 1 the owner changes, 2 the unit
	definitions INTEGER NOT NULL DEFAULT 0, -- under which a parent's links are being followed
	at          INTEGER NOT NULL DEFAULT 0, -- where the phase stands: job_row.n, or a table's ordinal,
	link        INTEGER NOT NULL DEFAULT 0, -- which of the links of that row,
	after       INTEGER NOT NULL DEFAULT 0, -- behind which row of that link or table
	listed      INTEGER NOT NULL DEFAULT 0, -- rows of job_row
	done        INTEGER NOT NULL DEFAULT 0  -- rows changed
) STRICT;
CREATE INDEX job_unfinished ON job (key, kind) WHERE state <> 3;

-- The rows that a cascade has met, parents before children, as they stood then. The first is the row that was assigned or deleted.
CREATE TABLE job_row (
	job   INTEGER NOT NULL,
	n     INTEGER NOT NULL,
	tbl   INTEGER NOT NULL,
	obj   INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	unit  INTEGER NOT NULL,
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_row_place ON job_row (tbl, obj, job);

CREATE VIEW sys_asyncoperation AS
SELECT j.key, j.id, j.version, j.user AS owner, p.unit, j.name, j.state AS statecode, j.status AS statuscode, j.created AS createdon,
       j.started AS startedon, j.completed AS completedon, j.message
FROM job AS j JOIN principal AS p ON p.key = j.user;

-- Who has which share of which row is evaluated when it is asked (src/authz/share_list.c): there is nothing to be read here.
CREATE VIEW sys_principalobjectaccess AS
SELECT 0 AS key, x'' AS id, 1 AS version, 0 AS owner, 0 AS unit, x'' AS objectid, 0 AS objecttypecode, x'' AS principalid, 0 AS principaltypecode,
       0 AS accessrightsmask, 0 AS inheritedaccessrightsmask WHERE 0;
