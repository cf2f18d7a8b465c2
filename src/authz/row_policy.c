#include "authz/row_policy.h"

#include "authz/internal.h"

static bool holds_role(const struct authz_context *ctx, str name)
{
	for (size_t i = 0; i < ctx->facts.held_count; i++)
		if (str_equal_nocase(ctx->facts.held[i].role->name, name))
			return true;
	return false;
}

err authz_policy_next(struct authz *a, const struct authz_context *ctx, const struct table *t, enum policy_operation operation,
		      size_t *inout_at, const struct row_policy **out)
{
	const struct snapshot *s = NULL;
	*out = NULL;
	if (ctx->administrator)
		return OK;
	TRY(authz_snapshot(a, &s));
	for (; *inout_at < s->policy_count && !*out; (*inout_at)++) {
		const struct row_policy *p = &s->policies[*inout_at];
		if (p->table == t->ordinal && (p->operations & operation) && holds_role(ctx, p->role))
			*out = p;
	}
	return OK;
}

err authz_policy_bypassed(struct authz *a, const struct authz_context *ctx, const struct table *t, enum policy_operation operation, bool *out)
{
	const struct snapshot *s = NULL;
	*out = false;
	if (!ctx->administrator)
		return OK;
	TRY(authz_snapshot(a, &s));
	for (size_t i = 0; i < s->policy_count; i++)
		*out |= s->policies[i].table == t->ordinal && (s->policies[i].operations & operation);
	return OK;
}
