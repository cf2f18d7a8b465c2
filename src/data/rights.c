/* data/rights.c - this area's questions in authz's terms, and authz's refusals in the Web API's. */
#include "data/rights.h"

#include "authz/admin.h"
#include "authz/columns.h"
#include "authz/share.h"
#include "data/admin_call.h"
#include "data/audit_who.h"
#include "data/body.h"
#include "data/link.h"
#include "data/names.h"
#include "token/verify.h"

static const enum right right_of[] = {
	[DO_CREATE] = RIGHT_CREATE, [DO_READ] = RIGHT_READ, [DO_WRITE] = RIGHT_WRITE, [DO_DELETE] = RIGHT_DELETE,
	[DO_ASSIGN] = RIGHT_ASSIGN, [DO_APPEND] = RIGHT_APPEND, [DO_APPEND_TO] = RIGHT_APPEND_TO,
	[DO_SHARE] = RIGHT_SHARE,
};

static err refuse(struct data_call *dc, const struct table *t, const struct uuid *row, const struct decision *d)
{
	struct refusal r = authz_refusal_of(dc->app->authz, dc->caller.context, t, d, dc->arena);
	dc->denial = (struct denial){ .reason = reason_row(d->reason)->code, .table = t };
	if (row)
		dc->denial.row = *row;
	TRY_NEW(r.message.at);
	return REFUSE(dc, r.status, r.code.at, "%.*s", STR_ARG(r.message));
}

static err refuse_for(struct data_call *dc, const struct table *t, enum authz_reason reason)
{
	struct decision d = { .reason = reason };
	return refuse(dc, t, NULL, &d);
}

err rights_unit_fixed(struct data_call *dc, const struct table *t)
{
	return refuse_for(dc, t, REASON_OWNING_BU_NOT_SETTABLE);
}

err rights_no_owner(struct data_call *dc, const struct table *t)
{
	return refuse_for(dc, t, REASON_NOT_ASSIGNABLE);
}

err rights_not_shareable(struct data_call *dc, const struct table *t)
{
	return refuse_for(dc, t, REASON_NOT_SHAREABLE);
}

static err settle(struct data_call *dc, const struct table *t, const struct uuid *row, struct decision d)
{
	return allowed(&d) ? OK : refuse(dc, t, row, &d);
}

/* --- admission --- */

static err token_refused(struct data_call *dc, const char *reason)
{
	dc->denial = (struct denial){ .reason = str_of(reason) };
	return REFUSE(dc, 401, CODE_INTERNAL, "A valid access token is required.");
}

static err column_refuse(struct data_call *dc, const struct table *t, const struct column *c, enum authz_reason reason)
{
	const struct reason_row *row = reason_row(reason);
	dc->denial = (struct denial){ .reason = row->code, .table = t };
	return REFUSE(dc, row->status, row->vendor_code, "%s Column: '%.*s'.", row->text, STR_ARG(c->logical_name));
}

static err column_guard(void *guard, const struct table *t, const struct column *c)
{
	struct data_call *dc = guard;
	return rights_column_readable(dc, c) ? OK : column_refuse(dc, t, c, REASON_COLUMN_FILTER);
}

static void caller_fill(struct data_call *dc, struct authz_context *context)
{
	dc->caller.context = context;
	dc->caller.user = context->facts.key;
	dc->caller.unit = context->facts.unit;
	dc->caller.user_id = context->facts.id;
	dc->caller.unit_id = context->facts.unit_id;
	dc->caller.name = context->facts.name;
	if (dc->app->names_epoch != context->epoch)
		names_forget(dc->app->names);
	dc->app->names_epoch = context->epoch;
	dc->who = (struct odata_caller){ .now = dc->web->now, .user = context->facts.key, .user_id = context->facts.id,
					 .unit_id = context->facts.unit_id, .teams = context->facts.teams,
					 .team_count = context->facts.team_count, .column_guard = column_guard,
					 .link_find = link_find_for_query, .guard = dc,
					 .aliases = &dc->params };
}

static err token_admit(struct data_call *dc)
{
	struct authz_context *context = NULL;
	enum authz_reason reason = REASON_ERROR;
	str raw;
	if (!web_bearer(&dc->web->request, &raw))
		return token_refused(dc, "");
	err e = token_verify(dc->app->verifier, raw, dc->web->now, dc->arena, &dc->caller.token);
	if (err_kind_of(e) == ERR_INVALID)
		return token_refused(dc, "invalid_token");
	TRY(e);
	struct audit_event who = audit_who(dc);
	TRY(authz_admit(dc->app->authz, dc->caller.token, dc->web->now, &who, &context, &reason));
	if (reason != REASON_NONE) {
		const struct reason_row *row = reason_row(reason);
		dc->denial = (struct denial){ .reason = row->code };
		return REFUSE(dc, row->status, row->vendor_code, "%s", row->text);
	}
	caller_fill(dc, context);
	return OK;
}

err rights_admit(struct data_call *dc)
{
	struct authz_context *context = NULL;
	if (dc->web->request.lane != WEB_LANE_OPERATOR)
		return token_admit(dc);
	TRY(authz_admit_operator(dc->app->authz, &context));
	caller_fill(dc, context);
	return OK;
}

/* --- rows --- */

err rights_gate(struct data_call *dc, enum data_right right, const struct table *t)
{
	return settle(dc, t, NULL, authz_check_gate(dc->caller.context, t, right_of[right]));
}

/* Shares are read live, in the list's own statement; here only whether there are any, and about how many. */
static err shares_visible(struct data_call *dc, const struct table *t, const struct row_filter *f, struct visible *out)
{
	TRY(authz_shares_held(dc->app->authz, f, t, RIGHT_READ, &out->shared_rows));
	if (out->shared_rows == 0)
		return OK;
	out->shared_with = f->sharers;
	out->shared_count = f->sharer_count;
	out->shared_bit = share_bit(RIGHT_READ);
	return OK;
}

err rights_visible(struct data_call *dc, const struct table *t, struct visible *out)
{
	const struct row_filter *f = NULL;
	TRY(rights_gate(dc, DO_READ, t));
	TRY(authz_row_filter(dc->caller.context, t, RIGHT_READ, &f));
	*out = (struct visible){ .everything = f->all, .owners = f->owners, .owner_count = f->owner_count, .units = f->units,
				 .unit_count = f->unit_count };
	return f->all ? OK : shares_visible(dc, t, f, out);
}

err rights_row(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *row)
{
	struct decision d;
	TRY(authz_decide_row(dc->app->authz, dc->caller.context, t, right_of[right], row->key, row->owner, row->unit, &d));
	return settle(dc, t, &row->id, d);
}

err rights_share(struct data_call *dc, const struct table *t, const struct row_place *row, uint32_t mask)
{
	struct authz_context *ctx = dc->caller.context;
	uint32_t shared;
	TRY(rights_row(dc, DO_SHARE, t, row));
	TRY(authz_shared_mask(dc->app->authz, ctx, t, row->key, &shared));
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		if (!(mask & share_bit((enum right)r)))
			continue;
		struct decision d = authz_check_shared(ctx, t, (enum right)r, row->owner, row->unit, shared);
		struct decision exceeds = { .reason = REASON_GRANT_EXCEEDS_CALLER, .right = (enum right)r };
		if (!allowed(&d))
			return refuse(dc, t, &row->id, &exceeds);
	}
	return OK;
}

static err owner_test(struct data_call *dc, const struct table *t, int64_t owner)
{
	struct authz_context *ctx = dc->caller.context;
	if (owner != dc->caller.user)
		TRY(authz_context_of(dc->app->authz, owner, &ctx));
	return settle(dc, t, NULL, authz_check_new_owner(ctx, t));
}

err rights_create(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	TRY(settle(dc, t, NULL, authz_check_create(dc->caller.context, t, row->owner, row->unit)));
	return table_is_owned(t) && row->owner == dc->caller.user ? owner_test(dc, t, row->owner) : OK;
}

err rights_owner(struct data_call *dc, const struct table *t, str entity_set, const struct uuid *id, int64_t *out_key,
		 int64_t *out_unit)
{
	struct principal_place place;
	err e = authz_principal_by_id(dc->app->authz, id, &place);
	bool team = str_equal(entity_set, S("teams"));
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && (place.type == PRINCIPAL_TEAM) != team))
		return REFUSE(dc, 404, CODE_NOT_FOUND, "The owner does not exist.");
	TRY(e);
	if (place.access_team)
		return refuse_for(dc, t, REASON_OWNER_IS_ACCESS_TEAM);
	*out_key = place.key;
	*out_unit = place.unit;
	return owner_test(dc, t, place.key);
}

/* --- columns --- */

bool rights_column_readable(const struct data_call *dc, const struct column *c)
{
	return authz_column_allowed(dc->caller.context, c, COLUMN_RIGHT_READ);
}

err rights_columns_set(struct data_call *dc, const struct table *t, const struct body *b, bool creating)
{
	enum column_right right = creating ? COLUMN_RIGHT_CREATE : COLUMN_RIGHT_UPDATE;
	for (size_t i = 0; i < b->count; i++)
		if (!authz_column_allowed(dc->caller.context, b->changes[i].column, right))
			return column_refuse(dc, t, b->changes[i].column, creating ? REASON_COLUMN_CREATE : REASON_COLUMN_UPDATE);
	return OK;
}

/* --- administration --- */

void admin_call_begin(struct data_call *dc, struct admin_call *call)
{
	*call = (struct admin_call){ .authz = dc->app->authz, .caller = dc->caller.context, .now = dc->web->now, .arena = dc->arena,
				     .audit = audit_who(dc) };
}

err admin_call_end(struct data_call *dc, const struct admin_call *call, const struct table *t, err e)
{
	if (!failed(e))
		return authz_context_of(dc->app->authz, dc->caller.user, &dc->caller.context);
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

static err admin_values(struct data_call *dc, const struct table *t, const struct body *b, bool with_id,
			struct admin_value **out, size_t *out_count)
{
	struct admin_value *values = NEW_ARRAY(dc->arena, struct admin_value, b->count + 1);
	size_t n = 0;
	TRY_NEW(values);
	if (with_id && b->has_id)
		values[n++] = (struct admin_value){ .column = t->primary_id, .kind = ADMIN_UUID, .uuid = b->id };
	for (size_t i = 0; i < b->count; i++)
		values[n++] = admin_value_of(&b->changes[i]);
	*out = values;
	*out_count = n;
	return OK;
}

err rights_admin_create(struct data_call *dc, const struct table *t, const struct body *b, struct uuid *out_id)
{
	struct admin_call call;
	struct admin_value *values;
	size_t count;
	TRY(admin_values(dc, t, b, true, &values, &count));
	admin_call_begin(dc, &call);
	return admin_call_end(dc, &call, t, authz_admin_create(&call, t, values, count, out_id));
}

err rights_admin_update(struct data_call *dc, const struct table *t, const struct row_place *row, const struct body *b)
{
	struct admin_call call;
	struct admin_value *values;
	size_t count;
	TRY(admin_values(dc, t, b, false, &values, &count));
	admin_call_begin(dc, &call);
	return admin_call_end(dc, &call, t, authz_admin_update(&call, t, &row->id, values, count));
}

err rights_admin_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct admin_call call;
	admin_call_begin(dc, &call);
	return admin_call_end(dc, &call, t, authz_admin_delete(&call, t, &row->id));
}

/* --- definitions --- */

err rights_customize(struct data_call *dc)
{
	return settle(dc, NULL, NULL, authz_check_misc(dc->caller.context, MISC_CUSTOMIZE));
}

err rights_table_defined(struct data_call *dc, const struct table *t)
{
	return authz_table_defined(dc->app->authz, t);
}

err rights_table_removed(struct data_call *dc, const struct table *t)
{
	return authz_table_removed(dc->app->authz, t);
}

err rights_column_removed(struct data_call *dc, const struct column *c)
{
	return authz_column_removed(dc->app->authz, c);
}

err rights_definitions_changed(struct data_call *dc)
{
	return authz_epoch_bump(dc->app->authz);
}

err rights_privileges_json(struct data_call *dc, const struct table *t, struct json_writer *w)
{
	struct privilege list[RIGHTS_END - 1];
	size_t n = table_privileges(t, dc->arena, list);
	json_open_array(w);
	for (size_t i = 0; i < n; i++) {
		json_open_object(w);
		json_member_bool(w, S("CanBeBasic"), list[i].depths >> DEPTH_BASIC & 1);
		json_member_bool(w, S("CanBeLocal"), list[i].depths >> DEPTH_LOCAL & 1);
		json_member_bool(w, S("CanBeDeep"), list[i].depths >> DEPTH_DEEP & 1);
		json_member_bool(w, S("CanBeGlobal"), list[i].depths >> DEPTH_GLOBAL & 1);
		json_member_str(w, S("Name"), list[i].name);
		json_member_uuid(w, S("PrivilegeId"), &list[i].id);
		json_member_i64(w, S("PrivilegeType"), list[i].right);
		json_close_object(w);
	}
	json_close_array(w);
	return OK;
}
