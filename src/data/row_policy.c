#include "data/row_policy.h"

#include "audit/client.h"
#include "data/audit_who.h"
#include "data/policy_condition.h"

static err joined(struct data_call *dc, const struct filter *more, const struct filter **inout)
{
	struct filter *both = NEW(dc->arena, struct filter);
	TRY_NEW(both);
	*both = (struct filter){ .kind = FILTER_AND, .left = *inout, .right = more };
	*inout = *inout ? both : more;
	return OK;
}

/* --- the context of a question --- */

/* All RowPolicyContext fields, joined: whoever adds one adds policies. */
err row_policy_session(struct data_call *dc, str *out)
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
	return row_policy_session(dc, &out->session);
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
		TRY(policy_condition(dc, ctx, t, p, &f));
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
	TRY(policy_condition(dc, ctx, t, *out, &f));
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
