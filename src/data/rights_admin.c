/* data/rights_admin.c - rows of built-in tables: what the Web API hands to authz's administration. */
#include "data/admin_call.h"
#include "data/audit_who.h"
#include "data/body.h"
#include "data/external_policy.h"
#include "data/job.h"
#include "data/policy_check.h"
#include "data/rights.h"

err admin_call_begin(struct data_call *dc, struct admin_call *call)
{
	bool rehearsal = dc->caller.behind && !dc->caller.rehearsed;
	*call = (struct admin_call){ .authz = dc->app->authz, .caller = rehearsal ? dc->caller.behind : dc->caller.context,
				     .now = dc->web->now, .arena = dc->arena, .audit = audit_who(dc) };
	return rehearsal && store_in_transaction(dc->app->store) ? savepoint_begin(dc->app->store) : OK;
}

/* Once everybody judged has passed: in the same transaction as the change itself. */
static err later_begin(struct data_call *dc, const struct admin_call *call)
{
	switch (call->later) {
	case LATER_MOVE:
		return job_begin_move(dc, call->later_owner, call->later_unit);
	case LATER_MATRIX_END:
		return job_begin_matrix_end(dc);
	default:
		return OK;
	}
}

err admin_call_end(struct data_call *dc, const struct admin_call *call, const struct table *t, err e, bool *out_again)
{
	bool rehearsal = dc->caller.behind && !dc->caller.rehearsed;
	dc->caller.rehearsed = rehearsal;
	*out_again = rehearsal;
	if (rehearsal && store_in_transaction(dc->app->store)) {
		err undone = savepoint_undo(dc->app->store);
		e = failed(e) ? e : undone;
	}
	if (!failed(e)) {
		TRY(rights_caller_renew(dc));
		return rehearsal ? OK : later_begin(dc, call);
	}
	dc->caller.rehearsed = false;
	if (!call->refusal.status)
		return e;
	dc->denial = (struct denial){ .reason = reason_row(call->refusal.reason)->code, .table = t };
	return REFUSE(dc, call->refusal.status, call->refusal.code.at, "%.*s", STR_ARG(call->refusal.message));
}

static struct admin_value admin_value_of(const struct change *c)
{
	struct admin_value v = { .column = c->column };
	switch (c->value.kind) {
	case VALUE_I64:
		v.kind = ADMIN_I64;
		v.i64 = c->value.i64;
		break;
	case VALUE_TEXT:
		v.kind = ADMIN_TEXT;
		v.text = c->value.text;
		break;
	case VALUE_UUID:
		v.kind = ADMIN_UUID;
		v.uuid = c->value.uuid;
		break;
	default:
		break;
	}
	return v;
}

/* `explanation`: of a row policy; null `at`: none. */
static err admin_values(struct data_call *dc, const struct table *t, const struct body *b, bool with_id, str explanation,
			struct admin_value **out, size_t *out_count)
{
	struct admin_value *values = NEW_ARRAY(dc->arena, struct admin_value, b->count + 2);
	size_t n = 0;
	TRY_NEW(values);
	if (with_id && b->has_id)
		values[n++] = (struct admin_value){ .column = t->primary_id, .kind = ADMIN_UUID, .uuid = b->id };
	for (size_t i = 0; i < b->count; i++)
		values[n++] = admin_value_of(&b->changes[i]);
	if (explanation.at)
		values[n++] = (struct admin_value){ .column = table_column(t, S("explanation")), .kind = ADMIN_TEXT, .text = explanation };
	*out = values;
	*out_count = n;
	return OK;
}

/* What only this area can read of a row to be or to change. `stored` nil: to be. */
static err body_check(struct data_call *dc, const struct table *t, const struct body *b, const struct uuid *stored, str *out_explanation)
{
	const struct filter *policy;
	*out_explanation = (str){ 0 };
	if (str_equal(t->logical_name, S("rowpolicy")))
		return policy_check(dc, b, stored, out_explanation);
	if (str_equal(t->logical_name, S("rowpolicyconstraint")))
		return policy_constraint_check(dc, b, stored, out_explanation);
	if (!str_equal(t->logical_name, S("externaltype")))
		return OK;
	for (size_t i = 0; i < b->count; i++)
		if (str_equal(b->changes[i].column->logical_name, S("policy")) && b->changes[i].value.kind == VALUE_TEXT)
			TRY(external_policy_parse(b->changes[i].value.text, dc->arena, &dc->problem, &policy));
	return OK;
}

err rights_admin_create(struct data_call *dc, const struct table *t, const struct body *b, struct uuid *out_id)
{
	struct admin_call call;
	struct admin_value *values;
	size_t count;
	str explanation;
	TRY(body_check(dc, t, b, &(struct uuid){ { 0 } }, &explanation));
	TRY(admin_values(dc, t, b, true, explanation, &values, &count));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, t, authz_admin_create(&call, t, values, count, out_id), &again));
	}
	return OK;
}

err rights_admin_update(struct data_call *dc, const struct table *t, const struct row_place *row, const struct body *b)
{
	struct admin_call call;
	struct admin_value *values;
	size_t count;
	str explanation;
	TRY(body_check(dc, t, b, &row->id, &explanation));
	TRY(admin_values(dc, t, b, false, explanation, &values, &count));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, t, authz_admin_update(&call, t, &row->id, values, count), &again));
	}
	return OK;
}

err rights_admin_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct admin_call call;
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, t, authz_admin_delete(&call, t, &row->id), &again));
	}
	return OK;
}
