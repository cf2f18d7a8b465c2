/* data/import_job.h - an import job: what it reads, and how far it is. Rows of import_job (authz/migrations/0003_import_jobs.sql). */
#ifndef DATA_IMPORT_JOB_H
#define DATA_IMPORT_JOB_H

#include "crypto/hash.h"
#include "data/request.h"

enum import_state { IMPORT_RUNNING = 1, IMPORT_FINISHED, IMPORT_ABANDONED };

struct import_job {
	struct uuid id;
	const struct table *table;
	str source;           /* what the client calls the file that it reads */
	struct sha256 digest; /* of that file */
	enum import_state state;
	int64_t batches, imported, rejected;
};

/* The job of that id, which must be of this table (else 409). */
MUST_USE NONNULL err import_job_find(struct data_call *dc, const struct table *t, const struct uuid *id, struct import_job *out,
				     bool *out_found);
/* Opens `wish` (state and sums are filled) or goes on with it. 409 when its source has changed under it or under another job. */
MUST_USE NONNULL err import_job_start(struct data_call *dc, struct import_job *wish, bool abandon_other);
/* One more batch, in the caller's transaction. */
MUST_USE NONNULL err import_job_count(struct data_call *dc, struct import_job *job, int64_t imported, int64_t rejected);
MUST_USE NONNULL err import_job_finish(struct data_call *dc, struct import_job *job);
/* The answer of start and finish. */
NONNULL void import_job_answer(struct data_call *dc, const struct import_job *job);

#endif
