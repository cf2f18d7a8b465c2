-- The import jobs of the command line (src/data/import_job.c): what each has brought in, so that a job that was cut off goes on
-- where it was. state 1 running, 2 finished, 3 given up. source and digest say what it reads: a running job of the same source
-- with another digest means that the source has changed under it.
CREATE TABLE import_job (
	job      BLOB PRIMARY KEY,
	tbl      INTEGER NOT NULL,
	source   TEXT NOT NULL,
	digest   BLOB NOT NULL,
	state    INTEGER NOT NULL,
	batches  INTEGER NOT NULL,
	imported INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	started  INTEGER NOT NULL,
	changed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX import_job_source ON import_job (tbl, source, state);

-- SHA-256 of the batch's body: a batch that is sent again must be the same.
ALTER TABLE import_batch ADD COLUMN digest BLOB;
