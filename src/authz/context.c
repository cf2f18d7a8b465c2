#include "authz/context.h"

#include <stdlib.h>

bool context_has_principal(const struct authz_context *ctx, int64_t principal)
{
	return i64s_have(ctx->principals, ctx->principal_count, principal);
}

enum authz_reason context_refused(const struct authz_context *ctx)
{
	return ctx->gate != REASON_NONE ? ctx->gate : ctx->group_gate;
}

enum access_mode context_access_mode(const struct authz_context *ctx)
{
	return ctx->administrative ? ACCESS_ADMINISTRATIVE : ctx->facts.access_mode;
}

static err principals_make(struct arena *arena, struct authz_context *ctx)
{
	const struct principal_facts *f = &ctx->facts;
	int64_t *sharers = NEW_ARRAY(arena, int64_t, f->team_count + 2), *set = sharers + 1;
	TRY_NEW(sharers);
	set[0] = f->key;
	for (size_t i = 0; i < f->team_count; i++)
		set[i + 1] = f->teams[i];
	ctx->principal_count = i64s_normalize(set, f->team_count + 1);
	ctx->principals = set;
	sharers[0] = EVERYBODY; /* below every key */
	ctx->sharers = sharers;
	ctx->sharer_count = ctx->principal_count + 1;
	return OK;
}

static err i64s_copy(struct arena *arena, const int64_t **values, size_t count)
{
	int64_t *copy = NEW_ARRAY(arena, int64_t, count);
	TRY_NEW(copy);
	if (count)
		memcpy(copy, *values, count * sizeof *copy);
	*values = copy;
	return OK;
}

static err facts_copy(struct arena *arena, struct principal_facts *f)
{
	int64_t *teams = NEW_ARRAY(arena, int64_t, f->team_count);
	struct held_role *held = NEW_ARRAY(arena, struct held_role, f->held_count);
	struct column_grant *columns = NEW_ARRAY(arena, struct column_grant, f->column_count);
	TRY_NEW(teams);
	TRY_NEW(held);
	TRY_NEW(columns);
	for (size_t i = 0; i < f->team_count; i++)
		teams[i] = f->teams[i];
	for (size_t i = 0; i < f->held_count; i++)
		held[i] = f->held[i];
	for (size_t i = 0; i < f->column_count; i++)
		columns[i] = f->columns[i];
	f->teams = teams;
	f->columns = columns;
	TRY(i64s_copy(arena, &f->reports_changed, f->reports_changed_count));
	TRY(i64s_copy(arena, &f->reports, f->report_count));
	f->held = held;
	f->name = str_copy(arena, f->name);
	TRY_NEW(f->name.at);
	return OK;
}

/* roleCount and privilegeCount of the message that clients parse: distinct roles, distinct (table, right) and others. */
static err count_roles(struct arena *arena, struct authz_context *ctx)
{
	size_t cells = ctx->table_count * RIGHTS_END;
	bool *seen = NEW_ARRAY(arena, bool, cells);
	TRY_NEW(seen);
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		const struct role *role = ctx->facts.held[i].role;
		bool known = false, own = ctx->facts.held[i].principal == ctx->facts.key || role->direct_user;
		ctx->bypasses_policies = ctx->bypasses_policies || role->kind == ROLE_ADMINISTRATOR || (role->bypass && own);
		for (size_t j = 0; j < i && !known; j++)
			known = ctx->facts.held[j].role == role;
		if (known)
			continue;
		ctx->role_count++;
		ctx->misc |= role->misc;
		ctx->administrator = ctx->administrator || role->kind == ROLE_ADMINISTRATOR;
		for (size_t c = 0; c < cells && c < role->table_count * RIGHTS_END; c++) {
			ctx->privilege_count += role->depths[c] && !seen[c];
			seen[c] = seen[c] || role->depths[c];
		}
	}
	ctx->privilege_count += (size_t)__builtin_popcount(ctx->misc);
	return OK;
}

err context_compile(struct arena *arena, const struct principal_facts *facts, const struct unit_tree *units, uint64_t epoch,
		    size_t table_count, struct authz_context **out)
{
	struct authz_context *ctx = NEW(arena, struct authz_context);
	TRY_NEW(ctx);
	*ctx = (struct authz_context){ .arena = arena, .epoch = epoch, .facts = *facts, .units = units,
		.table_count = table_count };
	TRY(facts_copy(arena, &ctx->facts));
	TRY(principals_make(arena, ctx));
	TRY(count_roles(arena, ctx));
	ctx->filters = NEW_ARRAY(arena, struct row_filter *, table_count);
	TRY_NEW(ctx->filters);
	ctx->gate = facts->disabled ? REASON_USER_DISABLED : REASON_NONE;
	*out = ctx;
	return OK;
}
