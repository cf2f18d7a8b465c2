#include "authz/share.h"

#include "authz/internal.h"
#include "authz/sql_catalog.h"

static bool is_shareable(const struct table *table)
{
	return table_is_owned(table) && !table->builtin;
}

static err masks_unite(struct authz *a, const struct table *table, int64_t row_key, const int64_t *with, size_t count, uint32_t *out)
{
	SCOPED(statement) s = { 0 };
	uint32_t mask = 0;
	*out = 0;
	if (!is_shareable(table))
		return OK;
	TRY(sql_begin(a->store, &SQL_AUTHZ_SHARE_MASKS,
		      ARGS(arg_i64(table->ordinal), arg_i64(row_key), arg_i64s(with, count)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		mask |= (uint32_t)column_i64(&s, 0);
	}
	*out = mask;
	return OK;
}

err authz_shared_mask(struct authz *a, const struct authz_context *ctx, const struct table *table, int64_t row_key, uint32_t *out)
{
	const uint32_t read = share_bit(RIGHT_READ), change = share_bit(RIGHT_WRITE) | share_bit(RIGHT_APPEND) | share_bit(RIGHT_APPEND_TO);
	static const enum right of[] = { RIGHT_READ, RIGHT_WRITE };
	const uint32_t carried[] = { read, change };
	TRY(masks_unite(a, table, row_key, ctx->sharers, ctx->sharer_count, out));
	for (size_t i = 0; i < COUNT_OF(of); i++) {
		size_t count;
		uint32_t below;
		const int64_t *reports = authz_reports(ctx, table, of[i], &count);
		if (count == 0)
			continue;
		TRY(masks_unite(a, table, row_key, reports, count, &below));
		*out |= below & carried[i];
	}
	return OK;
}

err authz_decide_row(struct authz *a, struct authz_context *ctx, const struct table *table, enum right right, int64_t row_key,
		     int64_t owner, int64_t unit, struct decision *out)
{
	uint32_t mask;
	struct decision d = authz_check_right(ctx, table, right, owner, unit);
	if (!allowed(&d)) {
		TRY(authz_shared_mask(a, ctx, table, row_key, &mask));
		struct decision shared = authz_check_shared(ctx, table, right, owner, unit, mask);
		d = allowed(&shared) ? shared : d;
	}
	*out = d;
	return OK;
}

err authz_share_read(struct authz *a, const struct table *table, int64_t row_key, int64_t principal, uint32_t *out)
{
	return masks_unite(a, table, row_key, &principal, 1, out);
}

err authz_share_write(struct authz *a, const struct table *table, int64_t row_key, int64_t principal, uint32_t mask)
{
	struct arg t = arg_i64(table->ordinal), p = arg_i64(principal), r = arg_i64(row_key);
	if (!mask)
		return sql_run(a->store, &SQL_AUTHZ_SHARE_DELETE, ARGS(t, p, r));
	return sql_run(a->store, &SQL_AUTHZ_SHARE_PUT, ARGS(t, p, r, arg_i64(mask)));
}

err authz_shares_held(struct authz *a, const struct row_filter *filter, const struct table *table, enum right right, int64_t *out)
{
	*out = 0;
	if (!is_shareable(table) || filter->sharer_count == 0)
		return OK;
	return sql_i64(a->store, &SQL_AUTHZ_SHARES_HELD,
		       ARGS(arg_i64(table->ordinal), arg_i64s(filter->sharers, filter->sharer_count), arg_i64(share_bit(right)),
			    arg_i64(SHARES_COUNTED_MAX)),
		       out);
}
