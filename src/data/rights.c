/* data/rights.c - this area's questions in authz's terms, and authz's refusals in the Web API's. */
#include "data/rights.h"

#include "authz/cascade.h"
#include "authz/columns.h"
#include "authz/share.h"
#include "data/audit_who.h"
#include "data/body.h"
#include "data/concealed.h"
#include "data/link.h"
#include "data/names.h"
#include "data/row_policy.h"
#include "token/verify.h"

static const enum right right_of[] = {
	[DO_CREATE] = RIGHT_CREATE, [DO_READ] = RIGHT_READ, [DO_WRITE] = RIGHT_WRITE, [DO_DELETE] = RIGHT_DELETE,
	[DO_ASSIGN] = RIGHT_ASSIGN, [DO_APPEND] = RIGHT_APPEND, [DO_APPEND_TO] = RIGHT_APPEND_TO,
	[DO_SHARE] = RIGHT_SHARE,
};

/* Everything must be allowed to whoever acts for the user, then to the user (4.7): the n-th of them, null behind the last. */
static struct authz_context *judged(const struct data_call *dc, int n)
{
	struct authz_context *list[] = { dc->caller.behind ? dc->caller.behind : dc->caller.context,
					 dc->caller.behind ? dc->caller.context : NULL };
	return n < 2 ? list[n] : NULL;
}

/* `ctx`: who fails. */
static err refuse(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct uuid *row,
		  const struct decision *d)
{
	struct refusal r = authz_refusal_of(dc->app->authz, ctx, t, d, dc->arena);
	dc->denial = (struct denial){ .reason = reason_row(d->reason)->code, .table = t };
	if (row)
		dc->denial.row = *row;
	TRY_NEW(r.message.at);
	return REFUSE(dc, r.status, r.code.at, "%.*s", STR_ARG(r.message));
}

static err refuse_for(struct data_call *dc, const struct table *t, enum authz_reason reason)
{
	struct decision d = { .reason = reason };
	return refuse(dc, dc->caller.context, t, NULL, &d);
}

err rights_no_owner(struct data_call *dc, const struct table *t)
{
	return refuse_for(dc, t, REASON_NOT_ASSIGNABLE);
}

err rights_not_shareable(struct data_call *dc, const struct table *t)
{
	return refuse_for(dc, t, REASON_NOT_SHAREABLE);
}

static err settle(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct uuid *row, struct decision d)
{
	return allowed(&d) ? OK : refuse(dc, ctx, t, row, &d);
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

static bool column_allowed(const struct data_call *dc, const struct column *c, enum column_right right)
{
	const struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++)
		if (!authz_column_allowed(ctx, c, right))
			return false;
	return true;
}

static err column_guard(void *guard, const struct table *t, const struct column *c)
{
	struct data_call *dc = guard;
	const struct mask *mask;
	TRY(authz_column_mask(dc->app->authz, c, &mask));
	bool bare = !mask || column_allowed(dc, c, COLUMN_RIGHT_UNMASKED_ALL);
	return bare && rights_column_readable(dc, c) ? OK : column_refuse(dc, t, c, REASON_COLUMN_FILTER);
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
					 .team_count = context->facts.team_count,
					 .reports = context->facts.reports, .report_count = context->facts.report_count, .column_guard = column_guard,
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
	return concealed_begin(dc);
}

err rights_admit(struct data_call *dc)
{
	struct authz_context *context = NULL;
	if (dc->web->request.lane != WEB_LANE_OPERATOR)
		return token_admit(dc);
	TRY(authz_admit_operator(dc->app->authz, &context));
	caller_fill(dc, context);
	return concealed_begin(dc);
}

/* --- acting for another (4.7) --- */

static err behalf_refuse(struct data_call *dc, enum authz_reason reason)
{
	const struct reason_row *row = reason_row(reason);
	dc->denial = (struct denial){ .reason = row->code };
	return REFUSE(dc, row->status, row->vendor_code, "%s", row->text);
}

/* 403 for whoever is not a user here, without telling why. */
static err behalf_find(struct data_call *dc, str text, bool by_object, int64_t *out)
{
	struct uuid id;
	err e = uuid_parse(text, &id);
	if (failed(e))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The caller to act for must be named by a GUID.");
	struct audit_event who = audit_who(dc);
	enum authz_reason reason = REASON_NONE;
	e = by_object ? authz_user_by_object(dc->app->authz, &id, dc->web->now, &who, out, &reason) :
			authz_user_find(dc->app->authz, &id, false, out);
	return err_kind_of(e) == ERR_NOT_FOUND ? behalf_refuse(dc, REASON_USER_DISABLED) : e;
}

err rights_act_for(struct data_call *dc)
{
	const struct web_request *request = &dc->web->request;
	struct authz_context *actor = NULL, *other = NULL;
	str object = { 0 }, user = { 0 };
	bool by_object = web_header(request, S("callerobjectid"), &object), by_user = web_header(request, S("mscrmcallerid"), &user);
	int64_t key, self = dc->caller.user;
	if (!by_object && !by_user)
		return OK;
	if (by_object && by_user)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "CallerObjectId and MSCRMCallerID cannot be sent together.");
	struct decision d = authz_check_misc(dc->caller.context, MISC_ACT_ON_BEHALF);
	struct uuid own = dc->caller.user_id, id;
	bool own_id = dc->caller.token && by_object && !failed(uuid_parse(object, &id)) && uuid_equal(&id, &dc->caller.token->oid);
	own_id = own_id || (by_user && !failed(uuid_parse(user, &id)) && uuid_equal(&id, &own));
	if (own_id)
		return OK; /* oneself is nobody else */
	if (!allowed(&d))
		return behalf_refuse(dc, d.reason == REASON_MISSING_PRIVILEGE || d.reason == REASON_NO_ROLES ? REASON_CANNOT_ACT_ON_BEHALF : d.reason);
	TRY(behalf_find(dc, by_object ? object : user, by_object, &key));
	if (key == self)
		return OK;
	TRY(authz_context_of(dc->app->authz, key, &other));
	TRY(authz_context_of(dc->app->authz, self, &actor));
	if (dc->web->request.lane == WEB_LANE_OPERATOR)
		actor->gate = actor->group_gate = REASON_NONE; /* as at admission */
	if (context_refused(other) != REASON_NONE)
		return behalf_refuse(dc, context_refused(other));
	caller_fill(dc, other);
	dc->caller.behind = actor;
	dc->caller.behind_user = self;
	return concealed_begin(dc);
}

err rights_stand_for(struct data_call *dc, int64_t user, int64_t behind)
{
	dc->caller.user = user;
	dc->caller.behind_user = behind;
	if (behind)
		TRY(authz_context_of(dc->app->authz, behind, &dc->caller.behind));
	return rights_caller_renew(dc);
}

err rights_caller_renew(struct data_call *dc)
{
	struct caller *c = &dc->caller;
	struct authz_context *context = NULL;
	if (c->behind)
		TRY(authz_context_of(dc->app->authz, c->behind_user, &c->behind));
	TRY(authz_context_of(dc->app->authz, c->user, &context));
	struct authz_context *first = c->behind ? c->behind : context;
	if (dc->web->request.lane == WEB_LANE_OPERATOR)
		first->gate = first->group_gate = REASON_NONE; /* as at admission */
	caller_fill(dc, context);
	return concealed_begin(dc);
}

static bool table_held(struct authz_context *ctx, const struct table *t)
{
	struct decision d = authz_check_misc(ctx, MISC_CUSTOMIZE);
	for (int r = RIGHT_CREATE; !allowed(&d) && r < RIGHTS_END; r++)
		d = authz_check_gate(ctx, t, (enum right)r);
	return allowed(&d);
}

bool rights_table_shown(const struct data_call *dc, const struct table *t)
{
	struct authz_context *ctx;
	for (int n = 0; dc->trimmed && (ctx = judged(dc, n)); n++)
		if (!table_held(ctx, t))
			return false;
	return true;
}

/* --- rows --- */

err rights_gate(struct data_call *dc, enum data_right right, const struct table *t)
{
	struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++)
		TRY(settle(dc, ctx, t, NULL, authz_check_gate(ctx, t, right_of[right])));
	return OK;
}

bool rights_may_read(const struct data_call *dc, const struct table *t)
{
	struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++) {
		struct decision d = authz_check_gate(ctx, t, RIGHT_READ);
		if (!allowed(&d))
			return false;
	}
	return true;
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
	return authz_cascade(dc->app->authz, t, &out->cascade);
}

err rights_visible_to(struct data_call *dc, struct authz_context *ctx, const struct table *t, struct visible *out)
{
	const struct row_filter *f = NULL;
	TRY(authz_row_filter(ctx, t, RIGHT_READ, &f));
	*out = (struct visible){ .everything = f->all, .owners = f->owners, .owner_count = f->owner_count, .units = f->units,
				 .unit_count = f->unit_count };
	TRY(row_policy_filter(dc, ctx, t, POLICY_SELECT, &out->policy));
	return f->all ? OK : shares_visible(dc, t, f, out);
}

err rights_visible(struct data_call *dc, const struct table *t, struct visible *out)
{
	TRY(rights_gate(dc, DO_READ, t));
	TRY(rights_visible_to(dc, dc->caller.context, t, out));
	if (!dc->caller.behind)
		return OK;
	struct visible *also = NEW(dc->arena, struct visible);
	TRY_NEW(also);
	TRY(rights_visible_to(dc, dc->caller.behind, t, also));
	if (out->everything && !out->policy)
		*out = *also;
	else if (!also->everything || also->policy)
		out->also = also;
	return OK;
}

static err policy_settle(struct data_call *dc, struct authz_context *ctx, const struct table *t, enum policy_operation operation,
			 const struct row_place *row)
{
	struct decision excluded = { .reason = REASON_ROW_POLICY };
	bool passes;
	TRY(row_policy_passes(dc, ctx, t, operation, row->key, &passes));
	return passes ? OK : refuse(dc, ctx, t, &row->id, &excluded);
}

err rights_row(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *row)
{
	struct authz_context *ctx;
	struct decision d;
	for (int n = 0; (ctx = judged(dc, n)); n++) {
		TRY(authz_decide_row(dc->app->authz, ctx, t, right_of[right], row->key, row->owner, row->unit, &d));
		TRY(settle(dc, ctx, t, &row->id, d));
		TRY(policy_settle(dc, ctx, t, policy_operation_of(right_of[right]), row));
	}
	return OK;
}

/* Like rights_row, without refusing. */
static err row_allowed(struct data_call *dc, enum right right, const struct table *t, const struct row_place *row, enum authz_reason *out)
{
	struct authz_context *ctx;
	*out = REASON_NONE;
	for (int n = 0; (ctx = judged(dc, n)); n++) {
		struct decision d = authz_check_gate(ctx, t, right);
		bool passes = true;
		if (allowed(&d))
			TRY(authz_decide_row(dc->app->authz, ctx, t, right, row->key, row->owner, row->unit, &d));
		if (allowed(&d))
			TRY(row_policy_passes(dc, ctx, t, policy_operation_of(right), row->key, &passes));
		*out = !allowed(&d) ? d.reason : passes ? REASON_NONE : REASON_ROW_POLICY;
		if (*out != REASON_NONE)
			return OK;
	}
	return OK;
}

err rights_conceals(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *row, bool *out)
{
	struct environment_settings settings;
	enum authz_reason read, same = REASON_NONE;
	*out = false;
	if (right == DO_LOOK)
		return OK;
	TRY(authz_settings(dc->app->authz, &settings));
	if (!settings.conceal_rows)
		return OK;
	TRY(row_allowed(dc, RIGHT_READ, t, row, &read));
	if (read != REASON_NONE && right != DO_READ)
		TRY(row_allowed(dc, right_of[right], t, row, &same));
	else
		same = read;
	*out = read != REASON_NONE && same != REASON_NONE;
	if (*out)
		dc->denial = (struct denial){ .reason = reason_row(same)->code, .table = t, .row = row->id };
	return OK;
}

err rights_policy(struct data_call *dc, bool inserted, const struct table *t, const struct row_place *row)
{
	struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++)
		TRY(policy_settle(dc, ctx, t, inserted ? POLICY_INSERT : POLICY_UPDATE, row));
	return OK;
}

static err mask_held(struct data_call *dc, struct authz_context *ctx, const struct table *t, const struct row_place *row, uint32_t mask)
{
	uint32_t shared;
	TRY(authz_shared_mask(dc->app->authz, ctx, t, row->key, &shared));
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		if (!(mask & share_bit((enum right)r)))
			continue;
		struct decision d = authz_check_shared(ctx, t, (enum right)r, row->owner, row->unit, shared);
		struct decision exceeds = { .reason = REASON_GRANT_EXCEEDS_CALLER, .right = (enum right)r };
		if (!allowed(&d))
			return refuse(dc, ctx, t, &row->id, &exceeds);
	}
	return OK;
}

err rights_share(struct data_call *dc, const struct table *t, const struct row_place *row, uint32_t mask)
{
	struct authz_context *ctx;
	TRY(rights_row(dc, DO_SHARE, t, row));
	for (int n = 0; (ctx = judged(dc, n)); n++)
		TRY(mask_held(dc, ctx, t, row, mask));
	return OK;
}

static err owner_test(struct data_call *dc, const struct table *t, int64_t owner)
{
	struct authz_context *ctx = dc->caller.context;
	if (owner != dc->caller.user)
		TRY(authz_context_of(dc->app->authz, owner, &ctx));
	return settle(dc, dc->caller.context, t, NULL, authz_check_new_owner(ctx, t));
}

err rights_create(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++)
		TRY(settle(dc, ctx, t, NULL, authz_check_create(ctx, t, row->owner, row->unit)));
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

/* Matrix mode: AppendTo on the unit, by everybody judged (1.3). */
err rights_unit(struct data_call *dc, const struct table *t, const struct uuid *id, int64_t *out)
{
	const struct table *units = metadata_table(dc->app->metadata, S("businessunit"));
	struct environment_settings settings;
	struct authz_context *ctx;
	TRY(authz_settings(dc->app->authz, &settings));
	if (!settings.matrix.enabled || !table_is_owned(t) || !units)
		return refuse_for(dc, t, REASON_OWNING_BU_NOT_SETTABLE);
	err e = authz_unit_by_id(dc->app->authz, id, out);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return REFUSE(dc, 404, CODE_NOT_FOUND, "The business unit does not exist.");
	TRY(e);
	for (int n = 0; (ctx = judged(dc, n)); n++) {
		struct decision d = authz_check_append_to(ctx, units, 0, *out), not_permitted = { .reason = REASON_OWNING_BU_NOT_PERMITTED };
		if (!allowed(&d))
			return refuse(dc, ctx, t, NULL, &not_permitted);
	}
	return OK;
}

/* --- columns --- */

bool rights_column_readable(const struct data_call *dc, const struct column *c)
{
	return column_allowed(dc, c, COLUMN_RIGHT_READ);
}

static err cell_allowed(struct data_call *dc, const struct table *t, const struct column *c, int64_t row_key, enum column_right right, bool *out)
{
	const struct authz_context *ctx;
	*out = true;
	for (int n = 0; *out && (ctx = judged(dc, n)); n++)
		TRY(authz_cell_allowed(dc->app->authz, ctx, t, c, row_key, right, out));
	return OK;
}

err rights_cell_readable(struct data_call *dc, const struct table *t, const struct column *c, int64_t row_key, bool *out)
{
	return cell_allowed(dc, t, c, row_key, COLUMN_RIGHT_READ, out);
}

err rights_columns_set(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *row)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct column *c = b->changes[i].column;
		bool may = column_allowed(dc, c, row ? COLUMN_RIGHT_UPDATE : COLUMN_RIGHT_CREATE);
		if (row && !may)
			TRY(cell_allowed(dc, t, c, row->key, COLUMN_RIGHT_UPDATE, &may));
		if (!may)
			return column_refuse(dc, t, c, row ? REASON_COLUMN_UPDATE : REASON_COLUMN_CREATE);
	}
	return OK;
}

err rights_mask(struct data_call *dc, const struct column *c, const struct mask **out)
{
	TRY(authz_column_mask(dc->app->authz, c, out));
	if (!*out || !dc->unmasked)
		return OK;
	if (!column_allowed(dc, c, dc->one_row ? COLUMN_RIGHT_UNMASKED_ONE : COLUMN_RIGHT_UNMASKED_ALL))
		return OK;
	*out = NULL;
	dc->bare_values++;
	return OK;
}

bool rights_column_bare(const struct data_call *dc, const struct column *c)
{
	return column_allowed(dc, c, COLUMN_RIGHT_UNMASKED_ONE);
}

bool rights_is_administrator(const struct data_call *dc)
{
	return dc->caller.context->administrator && (!dc->caller.behind || dc->caller.behind->administrator);
}

/* --- definitions --- */

err rights_customize(struct data_call *dc)
{
	struct authz_context *ctx;
	for (int n = 0; (ctx = judged(dc, n)); n++)
		TRY(settle(dc, ctx, NULL, NULL, authz_check_misc(ctx, MISC_CUSTOMIZE)));
	return OK;
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
