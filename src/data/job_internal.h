/* data/job_internal.h - what the files of jobs share. */
#ifndef DATA_JOB_INTERNAL_H
#define DATA_JOB_INTERNAL_H

#include "audit/client.h"
#include "data/job.h"

/* --- rows of job and job_row --- */

/* The job whose turn it is; false: none waits. */
MUST_USE NONNULL err job_next(struct data_call *dc, struct job *out, bool *out_found);
MUST_USE NONNULL err job_save(struct data_call *dc, const struct job *job);
MUST_USE NONNULL err job_end(struct data_call *dc, const struct job *job);
/* Notes a row that was met, as it stands; one that was met before is left out. */
MUST_USE NONNULL err job_row_add(struct data_call *dc, struct job *job, const struct table *t, const struct row_place *row);

/* A row of the job as it stood when it was met, and as it stands; table null: it has gone. */
struct job_row {
	const struct table *table;
	struct row_place then, now;
};
MUST_USE NONNULL err job_row_read(struct data_call *dc, const struct job *job, int64_t n, struct job_row *out);

/* start.job, finish.job, fail.job. */
MUST_USE NONNULL err job_tell(struct data_call *dc, const struct job *job, str op);

/* Who began a job, for the audit log: as text for job.actor, and back. */
MUST_USE NONNULL err job_actor_write(struct data_call *dc, str *out);
MUST_USE NONNULL err job_actor_read(str text, struct arena *arena, struct audit_event *out);

/* --- slices: each does a bounded part and moves job->at; *out_done: the phase is through --- */

typedef err job_slice(struct data_call *dc, struct job *job, bool *out_done);
job_slice job_list, job_check, job_assign, job_undo, job_delete, job_clean, job_move, job_matrix;

#endif
