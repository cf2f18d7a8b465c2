#include "authz/grants.h"

#include "authz/share.h"

static void add(struct grants *g, struct grant grant)
{
	if (g->count == GRANTS_MAX)
		g->more = true;
	else
		g->at[g->count++] = grant;
}

static void roles_add(const struct authz_context *ctx, const struct table *table, enum right right, int64_t owner, int64_t unit, struct grants *g)
{
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		const struct held_role *h = &ctx->facts.held[i];
		enum access_path path = authz_role_path(ctx, table, right, h, owner, unit);
		if (path != PATH_NONE)
			add(g, (struct grant){ .path = path, .depth = role_depth(h->role, table->ordinal, right), .held = h, .principal = h->principal });
	}
}

/* With which of these is the row shared? */
static err shares_add(struct authz *a, const struct table *table, enum right right, int64_t row_key, const int64_t *with, size_t count, bool below,
		      struct grants *g)
{
	uint32_t all, mask, own, bit = share_bit(right);
	TRY(authz_shares_with(a, table, row_key, with, count, &all));
	if (!(all & bit))
		return OK;
	for (size_t i = 0; i < count && !g->more; i++) {
		TRY(authz_shares_with(a, table, row_key, &with[i], 1, &mask));
		TRY(authz_share_read(a, table, row_key, with[i], &own));
		if (mask & bit)
			add(g, (struct grant){ .path = PATH_SHARED, .principal = with[i], .from_above = !(own & bit), .below = below });
	}
	return OK;
}

err authz_grants(struct authz *a, struct authz_context *ctx, const struct table *table, enum right right, int64_t row_key, int64_t owner,
		 int64_t unit, struct grants *out)
{
	struct decision gate = authz_check_privilege(ctx, table, right);
	size_t count;
	const int64_t *reports = authz_reports(ctx, table, right, &count);
	out->count = 0;
	out->more = false;
	if (!allowed(&gate))
		return gate.reason == REASON_ERROR ? ERR(ERR_INTERNAL, "a filter could not be made") : OK;
	roles_add(ctx, table, right, owner, unit, out);
	if (i64s_have(reports, count, owner))
		add(out, (struct grant){ .path = PATH_HIERARCHY, .principal = owner });
	TRY(shares_add(a, table, right, row_key, ctx->sharers, ctx->sharer_count, false, out));
	return shares_add(a, table, right, row_key, reports, count, true, out);
}
