/* data/import.c */
#include "data/import.h"

#include "base/map.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/rights.h"
#include "data/sql_catalog.h"
#include "data/state.h"
#include "data/write.h"

enum { ROW_ARENA_BYTES = 4 << 20, ANSWER_BYTES_MAX = 4 << 20 };

struct import {
	struct data_call *dc;
	const struct table *table;
	struct uuid job;
	int64_t batch;
	struct map *owners;       /* "@team\nSales" -> struct uuid */
	struct arena *row_arena;  /* emptied after each row        */
	struct buffer answer;
	struct json_writer writer;
	int64_t imported;
};

/* --- owners by name --- */

static const struct {
	const char *member, *set;
	const struct sql_text *sql;
} owner_kinds[] = {
	{ "@user", "systemusers", &SQL_OWNER_USER },
	{ "@team", "teams", &SQL_OWNER_TEAM },
	{ "@unit", "teams", &SQL_OWNER_UNIT },
};

static err owner_find(struct import *im, size_t kind, str name, struct uuid *out)
{
	struct data_call *dc = im->dc;
	SCOPED(statement) s = { 0 };
	bool row, second = false;
	TRY(statement_open(dc->app->store, owner_kinds[kind].sql, &s));
	TRY(bind_text(&s, 1, name));
	TRY(statement_step(&s, &row));
	if (row) {
		*out = column_uuid(&s, 0);
		TRY(statement_step(&s, &second));
	}
	if (!row || second)
		return REFUSE(dc, 400, CODE_NOT_FOUND, "%s '%.*s' %s.", owner_kinds[kind].member, STR_ARG(name),
			      row ? "is ambiguous" : "does not exist");
	return OK;
}

static err owner_cached(struct import *im, size_t kind, str name, struct uuid *out)
{
	struct arena *arena = im->dc->web->arena; /* lives as long as the map */
	str key = str_format(im->row_arena, "%s\n%.*s", owner_kinds[kind].member, STR_ARG(name));
	TRY_NEW(key.at);
	const struct uuid *known = map_get(im->owners, key);
	if (known) {
		*out = *known;
		return OK;
	}
	TRY(owner_find(im, kind, name, out));
	struct uuid *kept = NEW(arena, struct uuid);
	str kept_key = str_copy(arena, key);
	TRY_NEW(kept);
	TRY_NEW(kept_key.at);
	*kept = *out;
	if (!map_set(im->owners, kept_key, kept))
		FAIL(ERR_LIMIT, "memory budget of this request is spent");
	return OK;
}

static err owner_take(struct import *im, const struct json *row, struct body *b)
{
	str name;
	for (size_t i = 0; i < COUNT_OF(owner_kinds); i++) {
		if (!json_member_is_str(row, str_of(owner_kinds[i].member), &name))
			continue;
		if (b->has_owner)
			return REFUSE(im->dc, 400, CODE_BAD_QUERY, "The owner is named twice.");
		b->has_owner = true;
		b->owner_table = metadata_table_by_set(im->dc->app->metadata, str_of(owner_kinds[i].set));
		TRY(owner_cached(im, i, name, &b->owner));
	}
	return OK;
}

/* --- rows --- */

static err row_import(struct import *im, const struct json *row)
{
	struct data_call *dc = im->dc;
	struct body b = { 0 };
	struct row_place place;
	TRY(body_parse(dc, im->table, row, true, &b));
	TRY(state_settle(dc, im->table, &b));
	TRY(owner_take(im, row, &b));
	return row_create(dc, im->table, &b, &place);
}

static void rejection_write(struct import *im, size_t index)
{
	json_open_object(&im->writer);
	json_member_i64(&im->writer, S("row"), (int64_t)index);
	json_member_str(&im->writer, S("reason"), im->dc->problem.message);
	json_close_object(&im->writer);
}

/* A refusal is the row's; any other err ends the batch. */
static err rows_import(struct import *im, const struct json *rows)
{
	struct data_call *dc = im->dc;
	size_t index = 0;
	for (const struct json *row = rows->first; row; row = row->next, index++) {
		dc->arena = im->row_arena;
		err e = row_import(im, row);
		if (!failed(e))
			im->imported++;
		else if (dc->problem.status)
			rejection_write(im, index);
		dc->arena = dc->web->arena;
		bool refused = dc->problem.status != 0;
		dc->problem = (struct problem){ 0 };
		dc->denial = (struct denial){ 0 };
		arena_reset(im->row_arena);
		if (failed(e) && !refused)
			return e;
	}
	return OK;
}

/* --- the batch --- */

static err answer_known(struct import *im, bool *out_known)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(im->dc->app->store, &SQL_IMPORT_ANSWER, &s));
	TRY(bind_uuid(&s, 1, &im->job));
	TRY(bind_i64(&s, 2, im->batch));
	TRY(statement_step(&s, out_known));
	if (*out_known)
		buffer_append_str(&im->answer, column_text(&s, 0));
	return OK;
}

static err answer_keep(struct import *im)
{
	SCOPED(statement) s = { 0 };
	json_close_array(&im->writer);
	json_member_i64(&im->writer, S("imported"), im->imported);
	json_close_object(&im->writer);
	if (im->answer.failed)
		FAIL(ERR_LIMIT, "too many rejected rows in one batch");
	TRY(statement_open(im->dc->app->store, &SQL_IMPORT_KEEP, &s));
	TRY(bind_uuid(&s, 1, &im->job));
	TRY(bind_i64(&s, 2, im->batch));
	TRY(bind_text(&s, 3, buffer_str(&im->answer)));
	TRY(bind_i64(&s, 4, im->dc->web->now.ms));
	return statement_run(&s);
}

static err batch_run(struct import *im, const struct json *rows)
{
	bool known;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(im->dc->app->store, &tx));
	TRY(answer_known(im, &known));
	if (known)
		return OK;
	im->writer = json_writer_to(&im->answer);
	json_open_object(&im->writer);
	json_member_uuid(&im->writer, S("job"), &im->job);
	json_member_i64(&im->writer, S("batch"), im->batch);
	json_key(&im->writer, S("rejected"));
	json_open_array(&im->writer);
	TRY(rows_import(im, rows));
	TRY(answer_keep(im));
	return transaction_commit(&tx);
}

static err place_parse(struct import *im)
{
	struct data_call *dc = im->dc;
	const struct metadata *m = dc->app->metadata;
	str job, batch, name = dc->web->path_args[0];
	im->table = metadata_table(m, name) ? metadata_table(m, name) : metadata_table_by_set(m, name);
	if (!im->table || im->table->builtin)
		return REFUSE(dc, 404, CODE_NOT_FOUND, "There is no business table '%.*s'.", STR_ARG(name));
	if (!url_param_find(&dc->params, S("job"), &job) || failed(uuid_parse(job, &im->job)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "job must be a GUID.");
	if (!url_param_find(&dc->params, S("batch"), &batch) || !str_to_i64(batch, &im->batch) || im->batch < 0)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "batch must be a number.");
	return OK;
}

static err rows_parse(struct import *im, const struct json **out)
{
	struct data_call *dc = im->dc;
	struct json_limits limits = { .depth_max = 4, .values_max = IMPORT_VALUES_MAX };
	err e = json_parse(dc->web->request.body, limits, dc->arena, out, NULL);
	if (failed(e))
		return REFUSE(dc, err_kind_of(e) == ERR_LIMIT ? 413 : 400, CODE_BAD_QUERY, "The rows: %s.", err_why(e));
	if (!json_is(*out, JSON_ARRAY) || (*out)->count > IMPORT_ROWS_MAX)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be a list of at most %d rows.", IMPORT_ROWS_MAX);
	return OK;
}

static err import_run(struct import *im)
{
	struct data_call *dc = im->dc;
	const struct json *rows;
	TRY(rights_admit(dc));
	TRY(place_parse(im));
	TRY(rights_gate(dc, DO_CREATE, im->table));
	TRY(rows_parse(im, &rows));
	im->owners = map_new(dc->arena, (struct map_seed){ 21, 22 });
	TRY_NEW(im->owners);
	TRY(batch_run(im, rows));
	(void)answer_json(dc, 200);
	buffer_append_str(&dc->web->response.body, buffer_str(&im->answer));
	return OK;
}

static err import_post(struct web_call *web)
{
	struct data_call dc = { .app = web->app, .web = web, .arena = web->arena };
	struct import im = { .dc = &dc, .row_arena = arena_new(ROW_ARENA_BYTES) };
	err e = im.row_arena ? url_params_parse(web->request.query, 10, dc.arena, &dc.params) :
			       ERR(ERR_LIMIT, "no memory for an import");
	buffer_init(&im.answer, ANSWER_BYTES_MAX);
	if (!failed(e))
		e = import_run(&im);
	dc.arena = web->arena;
	if (failed(e))
		data_call_fail(&dc, e);
	buffer_release(&im.answer);
	arena_free(im.row_arena);
	return OK;
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

static const struct web_route routes[] = { { HTTP_POST, "/{}", import_post } };

const struct web_surface data_import_surface = {
	.prefix = "/import/v1", .routes = routes, .route_count = COUNT_OF(routes), .enter = enter, .write_error = web_problem,
};
