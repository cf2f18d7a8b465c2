/* data/job.h - work that a request begins and that goes on behind it (authorization-and-data 1.3, 1.8, 4.11 "Jobs").
 *
 * A job begins in the request's own transaction: it is there when that commits, and not before. The data worker then runs jobs one
 * after the other, in the order in which they began, a slice at a time between requests. A slice is one transaction, which notes where
 * the job stands along with what it has done: a worker that is killed goes on with the last slice that was committed.
 *
 * Who began it stands behind each slice: row policies are judged by their present roles, and rows and the audit log name them.
 * A refusal ends the job as failed with the text of the refusal; what an assignment has changed by then is given back first.
 * Reparent passes no rights down from a row that a running assignment has met (authz/cascade.h), for a child would have them that neither
 * the state before gives nor the one after. Rows that a job deletes are there until their turn comes, children first, and take no change and
 * no new row below them meanwhile. */
#ifndef DATA_JOB_H
#define DATA_JOB_H

#include "data/job_phase.h"
#include "data/rights.h"
#include "host/fault.h"

/* Above this many rows an action becomes a job; a slice of a cascade changes this many. */
#define JOB_ROWS_MIN FAULT_LIMIT("BAILIWICK_JOB_ROWS", 10000)
#define JOB_SLICE_ROWS FAULT_LIMIT("BAILIWICK_JOB_SLICE", 200)
enum { JOBS_KEPT_DAYS = 30 };
enum { JOB_OWNER = 1, JOB_UNIT = 2 }; /* job.parts */

struct job {
	int64_t key;
	struct uuid id;
	enum job_kind kind;
	enum job_phase phase;
	int64_t user, behind;
	str actor, policies, name, message; /* message: why it fails; empty */
	int64_t owner, unit, parts;     /* as in authz/migrations/0027_jobs.sql */
	int64_t definitions, at, link, after, listed, done;
	bool begun;
};

/* --- beginning, inside the request's transaction; the answer names the job --- */

/* The row `before` has been assigned and is as `after` now: those below shall follow. */
MUST_USE NONNULL err job_begin_assign(struct data_call *dc, const struct table *t, const struct row_place *before,
				      const struct row_place *after, bool unit);
MUST_USE NONNULL err job_begin_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
MUST_USE NONNULL err job_begin_move(struct data_call *dc, int64_t owner, int64_t unit);
MUST_USE NONNULL err job_begin_matrix_end(struct data_call *dc);
/* Location, where a job was begun and nothing else has said so. */
NONNULL void job_answer(struct data_call *dc);
/* Refuses to change a row, or to place one below it, that a job is deleting. */
MUST_USE NONNULL err job_leaving_refuse(struct data_call *dc, const struct table *t, const struct row_place *row);

/* --- running --- */

/* One slice. *out_more: another waits. An err is a failure of ours: again later. */
MUST_USE NONNULL err jobs_run(struct data_app *app, struct instant now, bool *out_more);

#endif
