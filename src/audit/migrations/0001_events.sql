-- The bodies of a tenant's logs. Entries, tiles and checkpoints stand in files beside this database.
CREATE TABLE log (
	n INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE            -- the environment's id, or the tenant's own; nil: the installation's
) STRICT;

-- row = log.n * 2^40 + seq, so that appending touches the right edge of one tree and a log's events lie together.
CREATE TABLE event (
	row INTEGER PRIMARY KEY,
	id BLOB NOT NULL,
	time_ms INTEGER NOT NULL,          -- as the emitter says
	recv_ms INTEGER NOT NULL,          -- as the recorder says; never less than the row before
	cat INTEGER NOT NULL,
	op TEXT NOT NULL,
	result INTEGER NOT NULL,
	sev INTEGER NOT NULL,
	actor_id TEXT NOT NULL,
	target_type TEXT NOT NULL,
	target_id TEXT NOT NULL,
	body BLOB NOT NULL,                -- canonical JSON
	salt BLOB NOT NULL                 -- of the body's commitment
) STRICT;
CREATE UNIQUE INDEX event_by_id ON event (id, row >> 40);
CREATE INDEX event_by_target ON event (target_id, row) WHERE target_id <> '';
CREATE INDEX event_by_actor ON event (actor_id, row) WHERE actor_id <> '';
CREATE INDEX event_by_op ON event (op, row);

CREATE TABLE cursor (
	exporter TEXT PRIMARY KEY,
	acked_row INTEGER NOT NULL,
	last_error TEXT,
	lag_ms INTEGER
) STRICT;
