/* authz/admin_bound.c - nobody grants more than they hold (1.9).
 *
 * A role given as an instance in a unit is compared by what it would reach there: its Local part must lie in what the caller
 * reaches, its Deep part whole; so that nobody lends a right to an accomplice in another unit. Editing a role knows no unit: there
 * the depth is compared. System Administrators hold everything. */
#include "authz/admin_internal.h"

static bool subtree_is_held(const struct authz_context *ctx, const struct row_filter *f, int64_t unit)
{
	const struct unit *u = unit_find(ctx->units, unit);
	if (!u)
		return false;
	for (uint32_t i = u->first; i <= u->last; i++)
		if (!i64s_have(f->units, f->unit_count, ctx->units->walk[i]))
			return false;
	return true;
}

static bool depth_is_held(const struct authz_context *ctx, const struct row_filter *f, enum depth depth, int64_t unit)
{
	if (f->all || depth == DEPTH_NONE)
		return true;
	switch (depth) {
	case DEPTH_BASIC:
		return f->any;
	case DEPTH_LOCAL:
		return i64s_have(f->units, f->unit_count, unit);
	case DEPTH_DEEP:
		return subtree_is_held(ctx, f, unit);
	default:
		return false;
	}
}

static err table_is_held(struct admin_call *call, const struct role *role, const struct table *t, int64_t unit, bool *out)
{
	for (int r = RIGHT_CREATE; r < RIGHTS_END && *out; r++) {
		const struct row_filter *f = NULL;
		enum depth depth = role_depth(role, t->ordinal, (enum right)r);
		if (depth == DEPTH_NONE)
			continue;
		TRY(authz_row_filter(call->caller, t, (enum right)r, &f));
		*out = depth_is_held(call->caller, f, depth, unit);
	}
	return OK;
}

static err role_is_held(struct admin_call *call, const struct role *role, int64_t unit, bool *out)
{
	const struct metadata *m = call->authz->metadata;
	*out = role->kind != ROLE_ADMINISTRATOR && (!role->bypass || call->caller->bypasses_policies) && (role->misc & ~call->caller->misc) == 0;
	for (size_t i = 0; i < m->by_ordinal_count && *out; i++)
		if (m->by_ordinal[i])
			TRY(table_is_held(call, role, m->by_ordinal[i], unit, out));
	return OK;
}

err bound_role(struct admin_call *call, int64_t role_key, int64_t unit)
{
	const struct snapshot *snapshot = NULL;
	bool held = false;
	if (call->caller->administrator)
		return OK;
	TRY(authz_snapshot(call->authz, &snapshot));
	const struct role *role = role_find(&snapshot->roles, role_key);
	if (!role)
		FAIL(ERR_INTERNAL, "a role that the snapshot does not know");
	TRY(role_is_held(call, role, unit, &held));
	return held ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "");
}

err bound_team(struct admin_call *call, int64_t team)
{
	SCOPED(statement) s = { 0 };
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_ROLES_OF_PRINCIPAL, ARGS(arg_i64(team)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		TRY(bound_role(call, column_i64(&s, 0), column_i64(&s, 1)));
	}
}

static enum depth depth_of_caller(const struct authz_context *ctx, uint16_t table, enum right right)
{
	enum depth widest = DEPTH_NONE;
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		enum depth d = role_depth(ctx->facts.held[i].role, table, right);
		widest = d > widest ? d : widest;
	}
	return widest;
}

err bound_privilege(struct admin_call *call, int64_t table, int64_t right, enum depth depth)
{
	const struct authz_context *ctx = call->caller;
	bool held = ctx->administrator ||
		    (table ? depth_of_caller(ctx, (uint16_t)table, (enum right)right) >= depth : (ctx->misc >> right & 1u) != 0);
	return held ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "");
}

err administrators_count(struct admin_call *call, int64_t *out)
{
	return sql_i64(call->authz->store, &SQL_AUTHZ_ADMINISTRATORS, NO_ARGS, out);
}

err administrators_remain(struct admin_call *call, int64_t before)
{
	int64_t after;
	TRY(administrators_count(call, &after));
	return before == 0 || after > 0 ? OK : admin_refuse(call, REASON_LAST_ADMINISTRATOR, "%s", "");
}
