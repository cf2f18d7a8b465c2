/* data/job_run.c - jobs, slice by slice. */
#include "authz/authz.h"
#include "data/app.h"
#include "data/job_internal.h"
#include "data/row_policy.h"
#include "data/sql_catalog.h"
#include "host/fault.h"
#include "host/log.h"

enum { SLICE_ARENA_BYTES = 16 << 20, FAILURES_MAX = 20 };

static job_slice *const slices[JOB_KINDS_END][JOB_PHASES_END] = {
	[JOB_ASSIGN] = { [JOB_LIST] = job_list, [JOB_WORK] = job_assign, [JOB_UNDO] = job_undo, [JOB_CLEAN] = job_clean },
	[JOB_DELETE] = { [JOB_LIST] = job_list, [JOB_CHECK] = job_check, [JOB_WORK] = job_delete, [JOB_CLEAN] = job_clean },
	[JOB_MOVE] = { [JOB_WORK] = job_move },
	[JOB_MATRIX_END] = { [JOB_WORK] = job_matrix },
};

/* Where a phase begins. The first row of an assignment changed in the request; deletion goes from the last row met to the first. What undoes an
 * assignment goes back from where it stood. */
static void phase_enter(struct job *job, enum job_phase phase)
{
	const enum job_phase from = job->phase;
	job->phase = phase;
	job->link = job->after = 0;
	if (phase == JOB_WORK)
		job->at = job->kind == JOB_DELETE ? job->listed : 1;
	else if (phase != JOB_UNDO)
		job->at = 0;
	else if (from == JOB_LIST)
		job->at = 1;
}

static err actor_set(struct data_call *dc, const struct job *job, struct audit_event *who)
{
	TRY(job_actor_read(job->actor, dc->arena, who));
	who->environment = (struct environment_id){ dc->app->environment };
	dc->job = job->id;
	dc->job_actor = who;
	dc->policy_context = job->policies;
	return rights_stand_for(dc, job->user, job->behind);
}

/* What rows inherit changes without a row above having changed: rights from above are no longer held back. */
static err settled(struct data_call *dc, const struct job *job)
{
	SCOPED(statement) s = { 0 };
	if (job->kind != JOB_ASSIGN)
		return OK;
	TRY(statement_open(dc->app->store, &SQL_TRACK_ANEW, &s));
	TRY(statement_run(&s));
	return authz_epoch_bump(dc->app->authz);
}

static err finish(struct data_call *dc, const struct job *job)
{
	TRY(settled(dc, job));
	TRY(job_end(dc, job));
	return job_tell(dc, job, job->message.len ? S("fail.job") : S("finish.job"));
}

static err phase_go(struct data_call *dc, struct job *job, enum job_phase phase)
{
	phase_enter(job, phase);
	return phase == JOB_END ? finish(dc, job) : job_save(dc, job);
}

static err slice_run(struct data_call *dc, struct job *job)
{
	job_slice *slice = slices[job->kind][job->phase];
	bool done = true;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	if (slice)
		TRY(slice(dc, job, &done));
	TRY(done ? phase_go(dc, job, job_phase_next(job->kind, job->phase)) : job_save(dc, job));
	FAULT("data.job.before_commit");
	TRY(transaction_commit(&tx));
	FAULT("data.job.committed");
	return OK;
}

/* The slice left nothing: from where the one before it stopped. */
static err refused(struct data_call *dc, struct job *job, str why)
{
	SCOPED(transaction) tx = { 0 };
	if (!job->message.len)
		job->message = why;
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(phase_go(dc, job, job_phase_refused(job->kind, job->phase)));
	return transaction_commit(&tx);
}

/* A failure of ours may pass, so it is tried again; one that does not pass ends the job. */
static err failure(struct data_call *dc, struct job *job, err e)
{
	if (++dc->app->job_failures < FAILURES_MAX || err_kind_of(e) == ERR_CORRUPT)
		return e;
	log_err("a job is given up", e);
	dc->app->job_failures = 0;
	return refused(dc, job, S("The request failed."));
}

static err run(struct data_call *dc, bool *out_more)
{
	struct job job;
	struct audit_event who;
	TRY(job_next(dc, &job, out_more));
	if (!*out_more)
		return OK;
	if (job.kind <= 0 || job.kind >= JOB_KINDS_END || job.phase <= 0 || job.phase >= JOB_PHASES_END)
		FAIL(ERR_CORRUPT, "a job of no kind or phase");
	struct job before = job;
	err e = actor_set(dc, &job, &who);
	if (!failed(e))
		e = slice_run(dc, &job);
	if (failed(e))
		return dc->problem.status ? refused(dc, &before, dc->problem.message) : failure(dc, &before, e);
	dc->app->job_failures = 0;
	return row_policy_bypass_log(dc);
}

err jobs_run(struct data_app *app, struct instant now, bool *out_more)
{
	struct arena *arena = arena_new(SLICE_ARENA_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for a job");
	struct web_call web = { .arena = arena, .now = now, .app = app, .request = { .lane = WEB_LANE_PUBLIC } };
	struct data_call dc = { .app = app, .web = &web, .arena = arena };
	*out_more = true;
	err e = run(&dc, out_more);
	if (!failed(e))
		app->jobs_wait = *out_more;
	arena_free(arena);
	return e;
}
