/* data/job.c - how jobs begin. */
#include "data/job.h"

#include "authz/authz.h"
#include "codec/json_write.h"
#include "data/audit_who.h"
#include "data/job_internal.h"
#include "data/row_policy.h"
#include "data/row_store.h"
#include "data/sql_catalog.h"
#include "host/random.h"

static err forget_old(struct data_call *dc)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_JOB_FORGET, &s));
	TRY(bind_i64(&s, 1, dc->web->now.ms - (int64_t)JOBS_KEPT_DAYS * 86400 * 1000));
	return statement_run(&s);
}

static err insert(struct data_call *dc, struct job *job)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	TRY(row_version_take(dc, &version));
	TRY(statement_open(dc->app->store, &SQL_JOB_INSERT, &s));
	TRY(bind_uuid(&s, 1, &job->id));
	TRY(bind_i64(&s, 2, version));
	TRY(bind_i64(&s, 3, job->kind));
	TRY(bind_i64(&s, 4, job->phase));
	TRY(bind_text(&s, 5, job->name));
	TRY(bind_i64(&s, 6, dc->web->now.ms));
	TRY(bind_i64(&s, 7, job->user));
	TRY(bind_i64(&s, 8, job->behind));
	TRY(bind_text(&s, 9, job->actor));
	TRY(bind_i64(&s, 10, job->owner));
	TRY(bind_i64(&s, 11, job->unit));
	TRY(bind_i64(&s, 12, job->parts));
	TRY(bind_i64(&s, 13, job->phase == JOB_LIST)); /* the first row follows */
	TRY(bind_text(&s, 14, job->policies));
	TRY(statement_run(&s));
	job->key = store_last_rowid(dc->app->store);
	return OK;
}

/* A change set that is undone takes its jobs along; jobs_run then finds none. */
static err begin(struct data_call *dc, struct job *job)
{
	job->id = random_uuid_v7();
	job->phase = job_phase_first(job->kind);
	job->user = dc->caller.user;
	job->behind = dc->caller.behind ? dc->caller.behind_user : 0;
	TRY_NEW(job->name.at);
	TRY(forget_old(dc));
	TRY(job_actor_write(dc, &job->actor));
	TRY(row_policy_session(dc, &job->policies));
	TRY(insert(dc, job));
	TRY(job_tell(dc, job, S("start.job")));
	dc->app->jobs_wait = true;
	dc->job = job->id;
	return OK;
}

/* With the first row, from which the others are found. */
static err begin_listed(struct data_call *dc, struct job *job, const struct table *t, const struct row_place *row)
{
	TRY(begin(dc, job));
	return job_row_add(dc, job, t, row);
}

/* From now on rights from above stop at the rows met: the epoch says so. */
err job_begin_assign(struct data_call *dc, const struct table *t, const struct row_place *before, const struct row_place *after, bool unit)
{
	struct job job = { .kind = JOB_ASSIGN, .owner = after->owner, .unit = after->unit,
			   .parts = (before->owner != after->owner ? JOB_OWNER : 0) | (unit ? JOB_UNIT : 0),
			   .name = str_format(dc->arena, "Assign the rows below a row of '%.*s'", STR_ARG(t->logical_name)) };
	TRY(begin_listed(dc, &job, t, before));
	TRY(authz_epoch_bump(dc->app->authz));
	return rights_caller_renew(dc);
}

err job_begin_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct job job = { .kind = JOB_DELETE, .name = str_format(dc->arena, "Delete a row of '%.*s' and the rows below", STR_ARG(t->logical_name)) };
	return begin_listed(dc, &job, t, row);
}

err job_begin_move(struct data_call *dc, int64_t owner, int64_t unit)
{
	struct job job = { .kind = JOB_MOVE, .owner = owner, .unit = unit, .name = S("Move the rows of an owner to another business unit") };
	return begin(dc, &job);
}

err job_begin_matrix_end(struct data_call *dc)
{
	struct job job = { .kind = JOB_MATRIX_END, .name = S("Move rows to their owners' business units") };
	return begin(dc, &job);
}

void job_answer(struct data_call *dc)
{
	char id[UUID_TEXT_LEN + 1];
	if (uuid_is_nil(&dc->job))
		return;
	uuid_format(&dc->job, id);
	str url = str_format(dc->arena, "%.*sasyncoperations(%s)", STR_ARG(dc->root), id);
	if (url.at)
		web_set_header(dc->web, S("location"), url);
}

err job_leaving_refuse(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	bool leaves;
	TRY(statement_open(dc->app->store, &SQL_JOB_ROW_LEAVES, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_i64(&s, 2, row->key));
	TRY(bind_i64(&s, 3, JOB_DELETE));
	TRY(statement_step(&s, &leaves));
	return leaves ? REFUSE(dc, 409, CODE_INVALID_ARGUMENT, "The row of '%.*s' is being deleted.", STR_ARG(t->logical_name)) : OK;
}

/* --- the audit log --- */

err job_tell(struct data_call *dc, const struct job *job, str op)
{
	SCOPED(buffer) changes = { 0 };
	struct audit_event event = audit_who(dc);
	buffer_init(&changes, 4096);
	struct json_writer w = json_writer_to(&changes);
	json_open_object(&w);
	json_member_i64(&w, S("rows"), job->done);
	if (job->message.len)
		json_member_str(&w, S("message"), job->message);
	json_close_object(&w);
	if (changes.failed)
		FAIL(ERR_LIMIT, "the message of a job is too long");
	event.category = AUDIT_ADMIN;
	event.op = op;
	event.result = job->message.len ? AUDIT_FAILURE : AUDIT_SUCCESS;
	event.target_type = event.target_table = S("asyncoperation");
	event.target_id = uuid_text(dc->arena, &job->id);
	event.target_name = job->name;
	event.changes = buffer_str(&changes);
	return audit_emit(dc->app->store, dc->web->now, &event);
}
