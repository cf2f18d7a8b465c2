#include "access/decide.h"

#include "access/columns.h"
#include "access/subject.h"
#include "authz/share.h"
#include "data/row_policy.h"

static const char *const actions[RIGHTS_END] = {
	[RIGHT_NONE] = "", [RIGHT_CREATE] = "create", [RIGHT_READ] = "read", [RIGHT_WRITE] = "write", [RIGHT_DELETE] = "delete",
	[RIGHT_ASSIGN] = "assign", [RIGHT_SHARE] = "share", [RIGHT_APPEND] = "append", [RIGHT_APPEND_TO] = "append_to",
};

enum right action_right(str action)
{
	for (int r = RIGHT_CREATE; r < RIGHTS_END; r++)
		if (str_equal(action, str_of(actions[r])))
			return (enum right)r;
	return RIGHT_NONE;
}

str action_name(enum right right)
{
	return str_of(actions[right]);
}

/* --- what --- */

/* The owner that a row to be would get (1.7). */
static err owner_find(struct data_call *dc, str text, struct access_target *out)
{
	struct principal_place place;
	struct uuid id;
	err e = uuid_parse(text, &id);
	if (!failed(e))
		e = authz_principal_by_id(dc->app->authz, &id, &place);
	if (err_kind_of(e) == ERR_NOT_FOUND || err_kind_of(e) == ERR_INVALID) {
		out->refused = REASON_NOT_FOUND;
		return OK;
	}
	TRY(e);
	out->row.owner = place.key;
	out->row.unit = place.unit;
	out->refused = place.access_team ? REASON_OWNER_IS_ACCESS_TEAM : REASON_NONE;
	return OK;
}

static err unit_find_by_text(struct data_call *dc, str text, struct access_target *out)
{
	struct uuid id;
	err e = uuid_parse(text, &id);
	if (!failed(e))
		e = authz_unit_by_id(dc->app->authz, &id, &out->row.unit);
	if (err_kind_of(e) != ERR_NOT_FOUND && err_kind_of(e) != ERR_INVALID)
		return e;
	out->refused = REASON_NOT_FOUND;
	return OK;
}

static err row_to_be_find(struct data_call *dc, const struct access_question *q, struct access_target *out)
{
	const struct table *t = out->table;
	if (t->builtin)
		return q->unit.at ? unit_find_by_text(dc, q->unit, out) : OK;
	if (q->unit.at)
		out->refused = REASON_OWNING_BU_NOT_SETTABLE;
	else if (q->owner.at && !table_is_owned(t))
		out->refused = REASON_NOT_ASSIGNABLE;
	else if (q->owner.at)
		return owner_find(dc, q->owner, out);
	return OK;
}

err access_target_find(struct data_call *dc, const struct access_question *q, struct row_finder *rows, struct access_target *out)
{
	struct uuid id;
	*out = (struct access_target){ .table = metadata_table(dc->app->metadata, q->resource.type), .right = action_right(q->action),
				       .columns = q->columns, .unmasked = q->unmasked };
	if (!out->table)
		return OK;
	bool ownerless = !table_is_owned(out->table) || out->table->builtin;
	if (ownerless && out->right == RIGHT_SHARE)
		out->refused = REASON_NOT_SHAREABLE;
	if (ownerless && out->right == RIGHT_ASSIGN)
		out->refused = REASON_NOT_ASSIGNABLE;
	if (out->right == RIGHT_CREATE)
		return row_to_be_find(dc, q, out);
	return failed(uuid_parse(q->resource.id, &id)) ? OK : row_finder_find(dc, rows, out->table, &id, &out->row, &out->found);
}

/* --- who --- */

/* Of somebody who is no user here: a person of the tenant was refused by a gate, everybody else is of nowhere. */
static enum authz_reason refusal_of(const struct access_entity *e)
{
	return e->refused ? (enum authz_reason)e->refused : REASON_TENANT;
}

void access_parties_find(const struct access_question *q, struct access_parties *out)
{
	*out = (struct access_parties){ .subject = q->subject.key, .on_behalf_of = q->on_behalf_of.key, .on_behalf = q->on_behalf,
					.interactive = q->interactive,
					.subject_refused = refusal_of(&q->subject), .on_behalf_refused = refusal_of(&q->on_behalf_of) };
	if (subject_type_of(q->on_behalf_of.type) == SUBJECT_TEAM)
		out->on_behalf_of = 0; /* nobody acts for a team */
}

enum authz_reason access_acts_for_others(struct authz_context *ctx)
{
	struct decision d = authz_check_misc(ctx, MISC_ACT_ON_BEHALF);
	bool gate = context_refused(ctx) != REASON_NONE || d.reason == REASON_ERROR;
	return allowed(&d) || gate ? d.reason : REASON_CANNOT_ACT_ON_BEHALF;
}

/* --- may --- */

/* Where the administration puts a row to be when it is told no unit (4.11). */
static int64_t builtin_unit(const struct authz_context *ctx, const struct access_target *what)
{
	if (what->row.unit)
		return what->row.unit;
	return str_equal(what->table->logical_name, S("team")) ? ctx->facts.unit : ctx->units->walk[0];
}

/* A row to be. `holder`: whose it is when no owner is named. The owner test of 1.7 is made for an owner who is named, and for oneself. */
static err create_decide(struct data_call *dc, struct authz_context *ctx, const struct access_target *what, int64_t holder,
			 struct decision *out)
{
	struct authz *authz = dc->app->authz;
	int64_t owner = what->row.owner ? what->row.owner : holder, unit = what->row.unit;
	struct authz_context *owner_ctx = ctx;
	*out = authz_check_privilege(ctx, what->table, RIGHT_CREATE);
	if (!allowed(out))
		return OK;
	if (what->table->builtin || !table_is_owned(what->table)) {
		*out = authz_check_create(ctx, what->table, 0, what->table->builtin ? builtin_unit(ctx, what) : 0);
		return OK;
	}
	if (owner != ctx->facts.key)
		TRY(authz_context_of(authz, owner, &owner_ctx));
	if (!what->row.owner)
		unit = owner_ctx->facts.unit;
	if (what->row.owner || owner == ctx->facts.key)
		*out = authz_check_new_owner(owner_ctx, what->table);
	if (allowed(out))
		*out = authz_check_create(ctx, what->table, owner, unit);
	return OK;
}

static err row_decide(struct data_call *dc, struct authz_context *ctx, const struct access_target *what, struct decision *out)
{
	*out = authz_check_gate(ctx, what->table, what->right);
	if (!allowed(out))
		return OK;
	if (!what->found) {
		*out = (struct decision){ .reason = REASON_NOT_FOUND };
		return OK;
	}
	bool passes = true;
	TRY(authz_decide_row(dc->app->authz, ctx, what->table, what->right, what->row.key, what->row.owner, what->row.unit, out));
	if (allowed(out))
		TRY(row_policy_passes(dc, ctx, what->table, policy_operation_of(what->right), what->row.key, &passes));
	if (!passes)
		*out = (struct decision){ .reason = REASON_ROW_POLICY };
	return OK;
}

/* Steps 1 to 3, 4 (channel), and what no right changes. */
static enum authz_reason refused_at_once(const struct authz_context *ctx, const struct access_target *what, bool interactive)
{
	if (ctx->gate != REASON_NONE)
		return ctx->gate;
	if (interactive && (ctx->facts.application || ctx->facts.access_mode == ACCESS_NON_INTERACTIVE))
		return REASON_ACCESS_MODE;
	if (ctx->group_gate != REASON_NONE && (!what->table || what->refused != REASON_NONE))
		return ctx->group_gate; /* else behind what the licence says of the table */
	if (!what->table)
		return REASON_NOT_FOUND;
	if (what->refused != REASON_NONE)
		return what->refused;
	return what->right == RIGHT_NONE ? REASON_MISSING_PRIVILEGE : REASON_NONE;
}

static err party_decide(struct data_call *dc, struct authz_context *ctx, const struct access_target *what, bool interactive,
			int64_t holder, enum authz_reason *out)
{
	struct decision d = { 0 };
	*out = refused_at_once(ctx, what, interactive);
	if (*out != REASON_NONE)
		return OK;
	TRY(what->right == RIGHT_CREATE ? create_decide(dc, ctx, what, holder, &d) : row_decide(dc, ctx, what, &d));
	if (!allowed(&d) && d.reason == REASON_NONE)
		d.reason = REASON_ERROR;
	*out = d.reason;
	return allowed(&d) ? access_columns_decide(dc, ctx, what, out) : OK;
}

err access_decide(struct data_call *dc, const struct access_parties *who, const struct access_target *what, enum authz_reason *out)
{
	bool acts_for = who->on_behalf && who->on_behalf_of != who->subject;
	int64_t holder = acts_for ? who->on_behalf_of : who->subject;
	struct authz_context *ctx = NULL;
	*out = REASON_TENANT;
	if (!who->subject) {
		*out = who->subject_refused;
		return OK;
	}
	TRY(authz_context_of(dc->app->authz, who->subject, &ctx));
	if (acts_for) {
		*out = access_acts_for_others(ctx);
		if (*out == REASON_NONE && !who->on_behalf_of)
			*out = who->on_behalf_refused;
		if (*out != REASON_NONE)
			return OK;
	}
	TRY(party_decide(dc, ctx, what, who->interactive, holder, out));
	if (*out != REASON_NONE || !acts_for)
		return OK;
	TRY(authz_context_of(dc->app->authz, who->on_behalf_of, &ctx));
	return party_decide(dc, ctx, what, false, holder, out); /* an impersonated call arrives on the API channel */
}
