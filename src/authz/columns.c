#include "authz/columns.h"

#include "authz/internal.h"
#include "authz/sql_catalog.h"

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

err authz_cell_allowed(struct authz *a, const struct authz_context *ctx, const struct table *t, const struct column *c, int64_t row_key,
		       enum column_right right, bool *out)
{
	const struct snapshot *snapshot = NULL;
	SCOPED(statement) s = { 0 };
	*out = authz_column_allowed(ctx, c, right);
	if (*out)
		return OK;
	TRY(authz_snapshot(a, &snapshot));
	if (t->ordinal >= snapshot->table_count || !snapshot->cells[t->ordinal])
		return OK;
	TRY(sql_begin(a->store, &SQL_AUTHZ_CELL_RIGHTS,
		      ARGS(arg_i64(t->ordinal), arg_i64(row_key), arg_uuid(&c->id), arg_i64s(ctx->principals, ctx->principal_count)), &s));
	for (bool row; !*out;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		*out = (column_i64(&s, 0) & right) != 0;
	}
	return OK;
}

err authz_cells_end(struct authz *a, const struct table *t, int64_t row_key)
{
	const struct snapshot *snapshot = NULL;
	TRY(authz_snapshot(a, &snapshot));
	if (t->ordinal >= snapshot->table_count || !snapshot->cells[t->ordinal])
		return OK;
	return sql_run(a->store, &SQL_AUTHZ_CELLS_OF_ROW_DELETE, ARGS(arg_i64(t->ordinal), arg_i64(row_key)));
}
