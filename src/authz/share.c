#include "authz/share.h"

#include "authz/internal.h"
#include "authz/sql_catalog.h"

static bool is_shareable(const struct table *table)
{
	return table_is_owned(table) && !table->builtin;
}

err authz_shared_mask(struct authz *a, const struct authz_context *ctx, const struct table *table, int64_t row_key, uint32_t *out)
{
	SCOPED(statement) s = { 0 };
	uint32_t mask = 0;
	*out = 0;
	if (!is_shareable(table))
		return OK;
	TRY(sql_begin(a->store, &SQL_AUTHZ_SHARE_MASKS,
		      ARGS(arg_i64(table->ordinal), arg_i64(row_key), arg_i64s(ctx->principals, ctx->principal_count)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		mask |= (uint32_t)column_i64(&s, 0);
	}
	*out = mask;
	return OK;
}

err authz_shares_held(struct authz *a, const struct authz_context *ctx, const struct table *table, enum right right, int64_t *out)
{
	*out = 0;
	if (!is_shareable(table))
		return OK;
	return sql_i64(a->store, &SQL_AUTHZ_SHARES_HELD,
		       ARGS(arg_i64(table->ordinal), arg_i64s(ctx->principals, ctx->principal_count), arg_i64(share_bit(right)),
			    arg_i64(SHARES_COUNTED_MAX)),
		       out);
}
