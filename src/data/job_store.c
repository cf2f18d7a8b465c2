/* data/job_store.c - the rows of jobs, and the rows that they have met. */
#include "data/job_internal.h"
#include "data/row_store.h"
#include "data/sql_catalog.h"

static err text_of(struct data_call *dc, const struct statement *s, int index, str *out)
{
	*out = str_copy(dc->arena, column_text(s, index));
	TRY_NEW(out->at);
	return OK;
}

err job_next(struct data_call *dc, struct job *out, bool *out_found)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_JOB_NEXT, &s));
	TRY(statement_step(&s, out_found));
	if (!*out_found)
		return OK;
	*out = (struct job){ .key = column_i64(&s, 0), .id = column_uuid(&s, 1), .kind = (enum job_kind)column_i64(&s, 2),
			     .phase = (enum job_phase)column_i64(&s, 3), .user = column_i64(&s, 4), .behind = column_i64(&s, 5),
			     .owner = column_i64(&s, 7), .unit = column_i64(&s, 8), .parts = column_i64(&s, 9),
			     .definitions = column_i64(&s, 10), .at = column_i64(&s, 11), .link = column_i64(&s, 12),
			     .after = column_i64(&s, 13), .listed = column_i64(&s, 14), .done = column_i64(&s, 15),
			     .begun = column_i64(&s, 18) != 0 };
	TRY(text_of(dc, &s, 6, &out->actor));
	TRY(text_of(dc, &s, 16, &out->name));
	TRY(text_of(dc, &s, 19, &out->policies));
	return text_of(dc, &s, 17, &out->message);
}

static err bind_message(struct statement *s, int index, const struct job *job)
{
	return job->message.len ? bind_text(s, index, job->message) : bind_null(s, index);
}

err job_save(struct data_call *dc, const struct job *job)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	TRY(row_version_take(dc, &version));
	TRY(statement_open(dc->app->store, &SQL_JOB_SAVE, &s));
	const int64_t values[] = { job->key, job->phase, job->definitions, job->at, job->link, job->after, job->listed, job->done };
	for (size_t i = 0; i < COUNT_OF(values); i++)
		TRY(bind_i64(&s, (int)i + 1, values[i]));
	TRY(bind_message(&s, 9, job));
	TRY(bind_i64(&s, 10, dc->web->now.ms));
	TRY(bind_i64(&s, 11, version));
	return statement_run_one(&s);
}

err job_end(struct data_call *dc, const struct job *job)
{
	enum { SUCCEEDED = 30, FAILED };
	SCOPED(statement) s = { 0 };
	int64_t version;
	TRY(row_version_take(dc, &version));
	TRY(statement_open(dc->app->store, &SQL_JOB_END, &s));
	TRY(bind_i64(&s, 1, job->key));
	TRY(bind_i64(&s, 2, job->message.len ? FAILED : SUCCEEDED));
	TRY(bind_message(&s, 3, job));
	TRY(bind_i64(&s, 4, dc->web->now.ms));
	TRY(bind_i64(&s, 5, version));
	TRY(bind_i64(&s, 6, job->done));
	return statement_run_one(&s);
}

err job_row_add(struct data_call *dc, struct job *job, const struct table *t, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	const int64_t values[] = { job->key, job->listed, t->ordinal, row->key, row->owner, row->unit };
	TRY(statement_open(dc->app->store, &SQL_JOB_ROW_ADD, &s));
	for (size_t i = 0; i < COUNT_OF(values); i++)
		TRY(bind_i64(&s, (int)i + 1, values[i]));
	err e = statement_run_one(&s);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	if (!failed(e))
		job->listed++;
	return e;
}

static err row_now(struct data_call *dc, struct job_row *row)
{
	SCOPED(statement) s = { 0 };
	const struct table *t = row->table;
	bool found;
	str sql = str_format(dc->arena, "SELECT id, version%s FROM %.*s WHERE key = ?1", table_is_owned(t) ? ", owner, unit" : "", STR_ARG(t->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_i64(&s, 1, row->then.key));
	TRY(statement_step(&s, &found));
	if (!found) {
		row->table = NULL;
		return OK;
	}
	row->now = (struct row_place){ .key = row->then.key, .id = column_uuid(&s, 0), .version = column_i64(&s, 1) };
	if (table_is_owned(t)) {
		row->now.owner = column_i64(&s, 2);
		row->now.unit = column_i64(&s, 3);
	}
	return OK;
}

/* A table's ordinal is never given to another, nor does a row that is deleted leave its place here to the next of its key. */
err job_row_read(struct data_call *dc, const struct job *job, int64_t n, struct job_row *out)
{
	SCOPED(statement) s = { 0 };
	bool found;
	*out = (struct job_row){ 0 };
	TRY(statement_open(dc->app->store, &SQL_JOB_ROW_READ, &s));
	TRY(bind_i64(&s, 1, job->key));
	TRY(bind_i64(&s, 2, n));
	TRY(statement_step(&s, &found));
	if (!found)
		return OK;
	out->table = metadata_table_by_ordinal(dc->app->metadata, (uint16_t)column_i64(&s, 0));
	out->then = (struct row_place){ .key = column_i64(&s, 1), .owner = column_i64(&s, 2), .unit = column_i64(&s, 3) };
	return out->table ? row_now(dc, out) : OK;
}
