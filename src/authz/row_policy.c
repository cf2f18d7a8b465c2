#include "authz/row_policy.h"

#include "authz/internal.h"

static bool holds_role(const struct authz_context *ctx, const struct row_policy *p)
{
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		const struct role *role = ctx->facts.held[i].role;
		if (str_equal_nocase(p->context == POLICY_OF_ROLE_NAME ? role->name : role->context, p->context_value))
			return true;
	}
	return false;
}

static bool session_has(str session, str value)
{
	str item;
	while (str_split(&session, ',', &item))
		if (str_equal_nocase(str_trim(item), value))
			return true;
	return false;
}

static bool concerns(const struct row_policy *p, const struct policy_question *q)
{
	return p->table == q->table->ordinal && (p->operations & q->operation);
}

err authz_policy_next(struct authz *a, const struct policy_question *q, size_t *inout_at, const struct row_policy **out)
{
	const struct snapshot *s = NULL;
	*out = NULL;
	if (q->ctx->bypasses_policies)
		return OK;
	TRY(authz_snapshot(a, &s));
	for (; *inout_at < s->policy_count && !*out; (*inout_at)++) {
		const struct row_policy *p = &s->policies[*inout_at];
		if (concerns(p, q) && (p->context == POLICY_OF_SESSION ? session_has(q->session, p->context_value) : holds_role(q->ctx, p)))
			*out = p;
	}
	return OK;
}

err authz_policy_bypassed(struct authz *a, const struct policy_question *q, bool *out)
{
	const struct snapshot *s = NULL;
	*out = false;
	if (!q->ctx->bypasses_policies)
		return OK;
	TRY(authz_snapshot(a, &s));
	for (size_t i = 0; i < s->policy_count; i++)
		*out |= concerns(&s->policies[i], q);
	return OK;
}
