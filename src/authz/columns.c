#include "authz/columns.h"

#include "authz/internal.h"

enum { COLUMN_RIGHTS_ALL = 31 };

uint8_t authz_column_rights(const struct authz_context *ctx, const struct uuid *column)
{
	size_t from = 0, to = ctx->facts.column_count;
	if (ctx->administrator)
		return COLUMN_RIGHTS_ALL;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct column_grant *g = &ctx->facts.columns[middle];
		int order = memcmp(column->b, g->column.b, sizeof column->b);
		if (order == 0)
			return g->rights;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return 0;
}

bool authz_column_allowed(const struct authz_context *ctx, const struct column *c, enum column_right right)
{
	return !(c->flags & COLUMN_SECURED) || (authz_column_rights(ctx, &c->id) & right);
}

err authz_column_mask(struct authz *a, const struct column *c, const struct mask **out)
{
	const struct snapshot *s = NULL;
	*out = NULL;
	if (!(c->flags & COLUMN_SECURED))
		return OK;
	TRY(authz_snapshot(a, &s));
	for (size_t i = 0; i < s->mask_count; i++)
		if (uuid_equal(&s->masks[i].column, &c->id))
			*out = s->masks[i].mask;
	return OK;
}
