/* data/import.c */
#include "data/import.h"

#include "codec/hex.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/import_job.h"
#include "data/import_rows.h"
#include "data/rights.h"
#include "data/sql_catalog.h"

enum { ROW_ARENA_BYTES = 4 << 20, ANSWER_BYTES_MAX = 4 << 20, PARAMETERS_MAX = 10 };

struct import {
	struct data_call *dc;
	const struct table *table;
	struct uuid job;
	int64_t batch;
	struct import_rows rows;
	struct buffer answer;
};

/* --- what is asked --- */

static err table_parse(struct import *im)
{
	struct data_call *dc = im->dc;
	const struct metadata *m = dc->app->metadata;
	str job, name = dc->web->path_args[0];
	im->table = metadata_table(m, name) ? metadata_table(m, name) : metadata_table_by_set(m, name);
	if (!im->table || im->table->builtin)
		return REFUSE(dc, 404, CODE_NOT_FOUND, "There is no business table '%.*s'.", STR_ARG(name));
	if (!url_param_find(&dc->params, S("job"), &job) || failed(uuid_parse(job, &im->job)) || uuid_is_nil(&im->job))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "job must be a GUID.");
	return rights_gate(dc, DO_CREATE, im->table);
}

static err batch_parse(struct import *im)
{
	struct data_call *dc = im->dc;
	str batch;
	if (!url_param_find(&dc->params, S("batch"), &batch) || !str_to_i64(batch, &im->batch) || im->batch < 0)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "batch must be a number.");
	return OK;
}

static err job_known(struct import *im, struct import_job *out)
{
	bool found;
	TRY(import_job_find(im->dc, im->table, &im->job, out, &found));
	return found ? OK : REFUSE(im->dc, 404, CODE_NOT_FOUND, "This job has not been started.");
}

/* --- start and finish --- */

static err start_body(struct data_call *dc, struct import_job *out, bool *out_abandon)
{
	const struct json *body;
	str digest;
	*out_abandon = false;
	err e = web_json(dc->web, &body);
	if (failed(e) || !json_is(body, JSON_OBJECT))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be a JSON object.");
	if (!json_member_is_str(body, S("source"), &out->source) || !out->source.len || out->source.len > IMPORT_SOURCE_BYTES_MAX)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "source must be a name of at most %d octets.", IMPORT_SOURCE_BYTES_MAX);
	if (!json_member_is_str(body, S("digest"), &digest) || failed(hex_parse(digest, out->digest.b, SHA256_BYTES)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "digest must be a SHA-256 in hexadecimal.");
	if (json_member(body, S("abandon")) && !json_member_is_bool(body, S("abandon"), out_abandon))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "abandon must be true or false.");
	return OK;
}

static err start_run(struct import *im)
{
	bool abandon;
	TRY(table_parse(im));
	struct import_job job = { .id = im->job, .table = im->table };
	TRY(start_body(im->dc, &job, &abandon));
	TRY(import_job_start(im->dc, &job, abandon));
	import_job_answer(im->dc, &job);
	return OK;
}

static err finish_run(struct import *im)
{
	struct import_job job;
	TRY(table_parse(im));
	TRY(job_known(im, &job));
	if (job.state == IMPORT_ABANDONED)
		return REFUSE(im->dc, 409, CODE_DUPLICATE_KEY, "This job was given up.");
	TRY(import_job_finish(im->dc, &job));
	import_job_answer(im->dc, &job);
	return OK;
}

/* --- the batch --- */

/* The answer of a batch that is in. `sent` null: whatever its content was. */
static err answer_known(struct import *im, const struct sha256 *sent, bool *out_known)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(im->dc->app->store, &SQL_IMPORT_ANSWER, &s));
	TRY(bind_uuid(&s, 1, &im->job));
	TRY(bind_i64(&s, 2, im->batch));
	TRY(statement_step(&s, out_known));
	if (!*out_known)
		return OK;
	if (sent && !bytes_equal(column_bytes(&s, 1), bytes_of(sent->b, SHA256_BYTES)))
		return REFUSE(im->dc, 409, CODE_DUPLICATE_KEY, "Batch %lld of this job is in already, with other rows.",
			      (long long)im->batch);
	buffer_append_str(&im->answer, column_text(&s, 0));
	return OK;
}

static err answer_keep(struct import *im, const struct sha256 *sent)
{
	SCOPED(statement) s = { 0 };
	if (im->answer.failed)
		FAIL(ERR_LIMIT, "too many rejected rows in one batch");
	TRY(statement_open(im->dc->app->store, &SQL_IMPORT_KEEP, &s));
	TRY(bind_uuid(&s, 1, &im->job));
	TRY(bind_i64(&s, 2, im->batch));
	TRY(bind_text(&s, 3, buffer_str(&im->answer)));
	TRY(bind_i64(&s, 4, im->dc->web->now.ms));
	TRY(bind_bytes(&s, 5, bytes_of(sent->b, SHA256_BYTES)));
	return statement_run(&s);
}

static err rows_run(struct import *im, const struct json *rows)
{
	struct json_writer w = json_writer_to(&im->answer);
	json_open_object(&w);
	json_member_uuid(&w, S("job"), &im->job);
	json_member_i64(&w, S("batch"), im->batch);
	json_key(&w, S("rejected"));
	json_open_array(&w);
	TRY(import_rows_run(&im->rows, rows, &w));
	json_close_array(&w);
	json_member_i64(&w, S("imported"), im->rows.imported);
	json_close_object(&w);
	return OK;
}

static err is_next(struct import *im, const struct import_job *job)
{
	if (job->state != IMPORT_RUNNING)
		return REFUSE(im->dc, 409, CODE_DUPLICATE_KEY, "This job is closed.");
	if (im->batch != job->batches)
		return REFUSE(im->dc, 409, CODE_DUPLICATE_KEY, "The next batch of this job is %lld.", (long long)job->batches);
	return OK;
}

static err batch_run(struct import *im, const struct json *rows, const struct sha256 *sent)
{
	bool known;
	struct import_job job;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(im->dc->app->store, &tx));
	TRY(answer_known(im, sent, &known));
	if (known)
		return OK;
	TRY(job_known(im, &job));
	TRY(is_next(im, &job));
	TRY(rows_run(im, rows));
	TRY(answer_keep(im, sent));
	TRY(import_job_count(im->dc, &job, im->rows.imported, im->rows.rejected));
	return transaction_commit(&tx);
}

static err rows_parse(struct data_call *dc, const struct json **out)
{
	struct json_limits limits = { .depth_max = 4, .values_max = IMPORT_VALUES_MAX };
	err e = json_parse(dc->web->request.body, limits, dc->arena, out, NULL);
	if (failed(e))
		return REFUSE(dc, err_kind_of(e) == ERR_LIMIT ? 413 : 400, CODE_BAD_QUERY, "The rows: %s.", err_why(e));
	if (!json_is(*out, JSON_ARRAY) || (*out)->count > IMPORT_ROWS_MAX)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be a list of at most %d rows.", IMPORT_ROWS_MAX);
	return OK;
}

static err rows_post_run(struct import *im)
{
	struct data_call *dc = im->dc;
	const struct json *rows;
	TRY(table_parse(im));
	TRY(batch_parse(im));
	TRY(rows_parse(dc, &rows));
	struct sha256 sent = sha256_of(dc->web->request.body);
	im->rows = (struct import_rows){ .dc = dc, .table = im->table, .owners = map_new(dc->arena, (struct map_seed){ 21, 22 }),
					 .row_arena = arena_new(ROW_ARENA_BYTES) };
	err e = im->rows.owners && im->rows.row_arena ? batch_run(im, rows, &sent) : ERR(ERR_LIMIT, "no memory for an import");
	if (!failed(e)) {
		(void)answer_json(dc, 200);
		buffer_append_str(&dc->web->response.body, buffer_str(&im->answer));
	}
	return e;
}

static err rows_get_run(struct import *im)
{
	bool known;
	TRY(table_parse(im));
	TRY(batch_parse(im));
	TRY(answer_known(im, NULL, &known));
	if (!known)
		return REFUSE(im->dc, 404, CODE_NOT_FOUND, "This job has no batch %lld.", (long long)im->batch);
	(void)answer_json(im->dc, 200);
	buffer_append_str(&im->dc->web->response.body, buffer_str(&im->answer));
	return OK;
}

/* --- routes --- */

static err admitted(struct import *im, err (*run)(struct import *im))
{
	struct data_call *dc = im->dc;
	err e = url_params_parse(dc->web->request.query, PARAMETERS_MAX, dc->arena, &dc->params);
	if (failed(e))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The query string is not valid: %s.", err_why(e));
	TRY(rights_admit(dc));
	return run(im);
}

static err answer(struct web_call *web, err (*run)(struct import *im))
{
	struct data_call dc = { .app = web->app, .web = web, .arena = web->arena };
	struct import im = { .dc = &dc };
	buffer_init(&im.answer, ANSWER_BYTES_MAX);
	err e = admitted(&im, run);
	if (failed(e))
		data_call_fail(&dc, e);
	buffer_release(&im.answer);
	arena_free(im.rows.row_arena);
	return OK;
}

static err rows_post(struct web_call *web)
{
	return answer(web, rows_post_run);
}

static err rows_get(struct web_call *web)
{
	return answer(web, rows_get_run);
}

static err start_post(struct web_call *web)
{
	return answer(web, start_run);
}

static err finish_post(struct web_call *web)
{
	return answer(web, finish_run);
}

/* The public lane does not even learn that this path exists. */
static err enter(struct web_call *web, bool *out_answered)
{
	if (web->request.lane == WEB_LANE_OPERATOR)
		return OK;
	*out_answered = true;
	web_problem(web, 404, ERR(ERR_NOT_FOUND, "no such resource"));
	return OK;
}

static const struct web_route routes[] = {
	{ HTTP_POST, "/{}", rows_post },
	{ HTTP_GET, "/{}", rows_get },
	{ HTTP_POST, "/{}/start", start_post },
	{ HTTP_POST, "/{}/finish", finish_post },
};

const struct web_surface data_import_surface = {
	.prefix = "/import/v1", .routes = routes, .route_count = COUNT_OF(routes), .enter = enter, .write_error = web_problem,
};
