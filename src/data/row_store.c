/* data/row_store.c */
#include "data/row_store.h"

#include "authz/columns.h"
#include "authz/record_team.h"
#include "data/sql_catalog.h"

enum { FIXED_VALUES_MAX = 16 };

static err version_take(struct store *store, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_VERSION_TAKE, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the state row of the definitions is missing");
	*out = column_i64(&s, 0);
	return OK;
}

err row_version_take(struct data_call *dc, int64_t *out)
{
	return version_take(dc->app->store, out);
}

static struct value number(int64_t v)
{
	return (struct value){ .kind = VALUE_I64, .i64 = v };
}

/* "name, " and "?n, " in step. */
static void pair(struct sql_builder *b, struct buffer *marks, str name, struct value v)
{
	buffer_append_format(&b->text, "%s%.*s", b->value_count ? ", " : "", STR_ARG(name));
	buffer_append_format(marks, "%s?%zu", b->value_count ? ", " : "", b->value_count + 1);
	(void)sql_parameter(b, &v);
}

static void fixed_columns(struct data_call *dc, struct sql_builder *b, struct buffer *marks, const struct row_place *place,
			  bool owned)
{
	struct value id = { .kind = VALUE_UUID, .uuid = place->id };
	pair(b, marks, S("id"), id);
	pair(b, marks, S("version"), number(place->version));
	pair(b, marks, S("created_on"), number(dc->web->now.ms / 1000 * 1000));
	pair(b, marks, S("created_by"), number(dc->caller.user));
	pair(b, marks, S("modified_on"), number(dc->web->now.ms / 1000 * 1000));
	pair(b, marks, S("modified_by"), number(dc->caller.user));
	if (dc->caller.behind) {
		pair(b, marks, S("created_behalf"), number(dc->caller.behind_user));
		pair(b, marks, S("modified_behalf"), number(dc->caller.behind_user));
	}
	if (!owned)
		return;
	pair(b, marks, S("owner"), number(place->owner));
	pair(b, marks, S("unit"), number(place->unit));
}

err row_insert(struct data_call *dc, const struct table *t, const struct body *b, struct row_place *place)
{
	SCOPED(sql_builder) sql = { 0 };
	SCOPED(buffer) marks = { 0 };
	SCOPED(statement) s = { 0 };
	TRY(version_take(dc->app->store, &place->version));
	TRY(sql_builder_init(&sql, b->count + FIXED_VALUES_MAX, dc->arena));
	buffer_init(&marks, 64 * 1024);
	buffer_append_format(&sql.text, "INSERT INTO %.*s (", STR_ARG(t->sql));
	fixed_columns(dc, &sql, &marks, place, table_is_owned(t));
	for (size_t i = 0; i < b->count; i++)
		pair(&sql, &marks, b->changes[i].column->sql, b->changes[i].value);
	buffer_append_format(&sql.text, ") VALUES (%.*s)", STR_ARG(buffer_str(&marks)));
	TRY(sql_open(&sql, dc->app->store, &s));
	TRY(statement_run(&s));
	place->key = store_last_rowid(dc->app->store);
	return OK;
}

static void assign(struct sql_builder *b, str name, struct value v)
{
	int n = sql_parameter(b, &v);
	buffer_append_format(&b->text, "%s%.*s = ?%d", n > 1 ? ", " : "", STR_ARG(name), n);
}

err row_update(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *before,
	       struct row_place *after)
{
	SCOPED(sql_builder) sql = { 0 };
	SCOPED(statement) s = { 0 };
	struct value key = number(before->key), version = number(before->version);
	TRY(version_take(dc->app->store, &after->version));
	TRY(sql_builder_init(&sql, b->count + FIXED_VALUES_MAX, dc->arena));
	buffer_append_format(&sql.text, "UPDATE %.*s SET ", STR_ARG(t->sql));
	assign(&sql, S("version"), number(after->version));
	assign(&sql, S("modified_on"), number(dc->web->now.ms / 1000 * 1000));
	assign(&sql, S("modified_by"), number(dc->caller.user));
	assign(&sql, S("modified_behalf"), dc->caller.behind ? number(dc->caller.behind_user) : (struct value){ .kind = VALUE_NULL });
	if (after->owner != before->owner)
		assign(&sql, S("owner"), number(after->owner));
	if (after->unit != before->unit)
		assign(&sql, S("unit"), number(after->unit));
	for (size_t i = 0; i < b->count; i++)
		assign(&sql, b->changes[i].column->sql, b->changes[i].value);
	int k = sql_parameter(&sql, &key), v = sql_parameter(&sql, &version);
	buffer_append_format(&sql.text, " WHERE key = ?%d AND version = ?%d", k, v);
	TRY(sql_open(&sql, dc->app->store, &s));
	err e = statement_run_one(&s);
	return err_kind_of(e) == ERR_NOT_FOUND ? ERR(ERR_CONFLICT, "the row has changed meanwhile") : e;
}

/* Keys are given out again: a share must not outlive its row. */
static err shares_end(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_SHARES_OF_ROW_DELETE, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_i64(&s, 2, row->key));
	return statement_run(&s);
}

static err jobs_forget(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_JOB_ROWS_OF_ROW_DELETE, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_i64(&s, 2, row->key));
	return statement_run(&s);
}

/* What hangs on the row goes first, while the row can still be told (a tracked table notes who loses sight of it). */
err row_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	str sql = str_format(dc->arena, "DELETE FROM %.*s WHERE key = ?1 AND version = ?2", STR_ARG(t->sql));
	TRY_NEW(sql.at);
	TRY(authz_cells_end(dc->app->authz, t, row->key));
	TRY(record_teams_end(dc->app->authz, t, row->key, dc->arena));
	TRY(shares_end(dc, t, row));
	TRY(jobs_forget(dc, t, row));
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_i64(&s, 1, row->key));
	TRY(bind_i64(&s, 2, row->version));
	return statement_run_one(&s);
}
