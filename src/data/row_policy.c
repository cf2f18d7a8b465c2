#include "data/row_policy.h"

#include "audit/client.h"
#include "data/audit_who.h"
#include "data/body.h"
#include "data/link.h"

/* --- reading a policy --- */

static err column_open(void *guard, const struct table *t, const struct column *c)
{
	(void)guard;
	(void)t;
	(void)c;
	return OK;
}

/* Along lookups and to collections, without anybody's rights. */
static err link_open(void *guard, const struct table *t, str name, struct link *out)
{
	static const struct visible everything = { .everything = true };
	struct data_call *dc = guard;
	*out = (struct link){ .via = table_column_by_navigation(t, name) };
	if (out->via)
		out->table = out->via->target_count == 1 ? metadata_table(dc->app->metadata, out->via->targets[0]) : NULL;
	else
		TRY(link_collection(dc, t, name, out));
	out->visible = &everything;
	return OK;
}

static struct odata_caller reader_for(struct data_call *dc, const struct authz_context *ctx)
{
	return (struct odata_caller){ .now = dc->web->now, .user = ctx->facts.key, .user_id = ctx->facts.id, .unit_id = ctx->facts.unit_id,
				      .teams = ctx->facts.teams, .team_count = ctx->facts.team_count, .column_guard = column_open,
				      .link_find = link_open, .guard = dc };
}

static err joined(struct data_call *dc, const struct filter *more, const struct filter **inout)
{
	struct filter *both = NEW(dc->arena, struct filter);
	TRY_NEW(both);
	*both = (struct filter){ .kind = FILTER_AND, .left = *inout, .right = more };
	*inout = *inout ? both : more;
	return OK;
}

/* A stored condition that does not parse any more (a column has gone) excludes every row: fail closed. */
static err condition_of(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct row_policy *p,
			const struct filter **out)
{
	static const struct value nil = { .kind = VALUE_UUID };
	struct odata_caller who = reader_for(dc, ctx);
	struct problem unused = { 0 };
	err e = odata_filter_parse(t, p->query, &who, dc->arena, &unused, out);
	if (err_kind_of(e) != ERR_INVALID)
		return e;
	struct filter *nothing = NEW(dc->arena, struct filter);
	TRY_NEW(nothing);
	*nothing = (struct filter){ .kind = FILTER_COMPARE, .op = COMPARE_EQ, .column = t->primary_id, .values = &nil, .value_count = 1 };
	*out = nothing;
	return OK;
}

/* --- the context of a question --- */

/* All RowPolicyContext fields, joined: whoever adds one adds policies. */
static err session_read(struct data_call *dc, str *out)
{
	const struct web_request *request = &dc->web->request;
	str joined = S("");
	for (size_t i = 0; i < request->header_count && !dc->policy_context.at; i++) {
		if (!str_equal(request->headers[i].name, S("rowpolicycontext")))
			continue;
		joined = str_format(dc->arena, "%.*s,%.*s", STR_ARG(joined), STR_ARG(request->headers[i].value));
		TRY_NEW(joined.at);
	}
	if (!dc->policy_context.at)
		dc->policy_context = joined;
	*out = dc->policy_context;
	return OK;
}

static err question_of(struct data_call *dc, const struct authz_context *ctx, const struct table *t, enum policy_operation operation,
		       struct policy_question *out)
{
	*out = (struct policy_question){ .ctx = ctx, .table = t, .operation = operation };
	return session_read(dc, &out->session);
}

/* --- who is exempt --- */

/* Of the callers themselves, not of those whom they ask about. */
static err bypass_note(struct data_call *dc, const struct policy_question *q)
{
	bool bypassed = false;
	if (q->ctx != dc->caller.context && q->ctx != dc->caller.behind)
		return OK;
	TRY(authz_policy_bypassed(dc->app->authz, q, &bypassed));
	if (!bypassed)
		return OK;
	for (size_t i = 0; i < dc->bypassed_count; i++) {
		if (dc->bypassed[i].table != q->table)
			continue;
		dc->bypassed[i].operations |= q->operation;
		return OK;
	}
	if (dc->bypassed_count < COUNT_OF(dc->bypassed))
		dc->bypassed[dc->bypassed_count++] = (struct bypassed){ q->table, q->operation };
	return OK;
}

static err bypass_emit(struct data_call *dc, const struct bypassed *b)
{
	struct audit_event event = audit_who(dc);
	event.category = AUDIT_DATA;
	event.op = S("bypass.rowpolicy");
	event.target_type = S("row");
	event.target_table = b->table->logical_name;
	event.changes = str_format(dc->arena, "{\"operations\":%u}", b->operations);
	TRY_NEW(event.changes.at);
	return audit_emit(dc->app->store, dc->web->now, &event);
}

err row_policy_bypass_log(struct data_call *dc)
{
	if (!dc->bypassed_count)
		return OK;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	for (size_t i = 0; i < dc->bypassed_count; i++)
		TRY(bypass_emit(dc, &dc->bypassed[i]));
	return transaction_commit(&tx);
}

/* --- asking --- */

err row_policy_filter(struct data_call *dc, const struct authz_context *ctx, const struct table *t, enum policy_operation operation,
		      const struct filter **out)
{
	const struct row_policy *p;
	struct policy_question q;
	size_t at = 0;
	*out = NULL;
	TRY(question_of(dc, ctx, t, operation, &q));
	TRY(bypass_note(dc, &q));
	for (;;) {
		const struct filter *f = NULL;
		TRY(authz_policy_next(dc->app->authz, &q, &at, &p));
		if (!p)
			return OK;
		TRY(condition_of(dc, ctx, t, p, &f));
		TRY(joined(dc, f, out));
	}
}

static err condition_holds(struct data_call *dc, const struct table *t, const struct filter *f, int64_t row_key, bool *out)
{
	struct value key = { .kind = VALUE_I64, .i64 = row_key };
	SCOPED(sql_builder) b = { 0 };
	SCOPED(statement) s = { 0 };
	str condition;
	TRY(sql_builder_init(&b, 64, dc->arena));
	TRY(filter_sql(&b, f, dc->arena, &condition));
	buffer_append_format(&b.text, "SELECT 1 FROM %.*s AS r WHERE %.*s AND r.key = ?%d", STR_ARG(t->sql), STR_ARG(condition),
			     sql_parameter(&b, &key));
	TRY(sql_open(&b, dc->app->store, &s));
	return statement_step(&s, out);
}

err row_policy_passes(struct data_call *dc, const struct authz_context *ctx, const struct table *t, enum policy_operation operation,
		      int64_t row_key, bool *out)
{
	const struct filter *f = NULL;
	*out = true;
	TRY(row_policy_filter(dc, ctx, t, operation, &f));
	if (!f)
		return OK;
	*out = false;
	return condition_holds(dc, t, f, row_key, out);
}

err row_policy_next(struct data_call *dc, const struct authz_context *ctx, const struct table *t, enum policy_operation operation,
		    int64_t row_key, size_t *inout_at, const struct row_policy **out, bool *out_passes)
{
	const struct filter *f = NULL;
	struct policy_question q;
	*out_passes = false;
	TRY(question_of(dc, ctx, t, operation, &q));
	TRY(authz_policy_next(dc->app->authz, &q, inout_at, out));
	if (!*out)
		return OK;
	TRY(condition_of(dc, ctx, t, *out, &f));
	return condition_holds(dc, t, f, row_key, out_passes);
}

enum policy_operation policy_operation_of(enum right right)
{
	switch (right) {
	case RIGHT_CREATE:
		return POLICY_INSERT;
	case RIGHT_WRITE:
	case RIGHT_APPEND:
	case RIGHT_ASSIGN:
		return POLICY_UPDATE;
	case RIGHT_DELETE:
		return POLICY_DELETE;
	default:
		return POLICY_SELECT;
	}
}

/* --- policies to be --- */

static err entity_stored(struct data_call *dc, const struct uuid *id, str *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open_text(dc->app->store, S("SELECT entityname FROM sys_rowpolicy WHERE id = ?1"), &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	*out = row ? str_copy(dc->arena, column_text(&s, 0)) : S("");
	TRY_NEW(out->at);
	return OK;
}

err row_policy_check(struct data_call *dc, const struct body *b, const struct uuid *stored)
{
	str entity = { 0 }, query = { 0 };
	struct odata_caller who = reader_for(dc, dc->caller.context);
	const struct filter *f;
	for (size_t i = 0; i < b->count; i++) {
		if (str_equal(b->changes[i].column->logical_name, S("entityname")))
			entity = b->changes[i].value.text;
		if (str_equal(b->changes[i].column->logical_name, S("query")))
			query = b->changes[i].value.text;
	}
	if (!uuid_is_nil(stored))
		TRY(entity_stored(dc, stored, &entity));
	const struct table *t = metadata_table(dc->app->metadata, entity.at ? entity : S(""));
	return t && query.len ? odata_filter_parse(t, query, &who, dc->arena, &dc->problem, &f) : OK;
}
