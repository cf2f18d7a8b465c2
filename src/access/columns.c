#include "access/columns.h"

#include "authz/columns.h"

static const struct {
	enum column_right right;
	enum authz_reason reason;
} rules[RIGHTS_END] = { [RIGHT_CREATE] = { COLUMN_RIGHT_CREATE, REASON_COLUMN_CREATE },
			[RIGHT_READ] = { COLUMN_RIGHT_READ, REASON_COLUMN_FILTER },
			[RIGHT_WRITE] = { COLUMN_RIGHT_UPDATE, REASON_COLUMN_UPDATE } };

static err column_decide(struct data_call *dc, const struct authz_context *ctx, const struct access_target *what, const struct column *c,
			 enum authz_reason *out)
{
	enum column_right right = rules[what->right].right;
	const struct mask *mask = NULL;
	bool may = authz_column_allowed(ctx, c, right);
	if (!may && what->right != RIGHT_CREATE)
		TRY(authz_cell_allowed(dc->app->authz, ctx, what->table, c, what->row.key, right, &may));
	*out = may ? REASON_NONE : rules[what->right].reason;
	if (!may || !what->unmasked || what->right != RIGHT_READ)
		return OK;
	TRY(authz_column_mask(dc->app->authz, c, &mask));
	if (mask && !authz_column_allowed(ctx, c, COLUMN_RIGHT_UNMASKED_ONE))
		*out = REASON_COLUMN_MASKED;
	return OK;
}

err access_columns_decide(struct data_call *dc, const struct authz_context *ctx, const struct access_target *what, enum authz_reason *out)
{
	*out = REASON_NONE;
	if (!what->columns || rules[what->right].reason == REASON_NONE)
		return OK;
	for (const struct json *name = what->columns->first; name && *out == REASON_NONE; name = name->next) {
		const struct column *c = table_column_by_wire_name(what->table, name->text);
		*out = REASON_NOT_FOUND;
		if (c)
			TRY(column_decide(dc, ctx, what, c, out));
	}
	return OK;
}

err access_columns_masked(struct data_call *dc, const struct access_target *what, str **out, size_t *out_count)
{
	*out_count = 0;
	if (!what->columns || what->right != RIGHT_READ || what->unmasked)
		return OK;
	*out = NEW_ARRAY(dc->arena, str, what->columns->count + 1);
	TRY_NEW(*out);
	for (const struct json *name = what->columns->first; name; name = name->next) {
		const struct column *c = table_column_by_wire_name(what->table, name->text);
		const struct mask *mask = NULL;
		if (c)
			TRY(authz_column_mask(dc->app->authz, c, &mask));
		if (mask)
			(*out)[(*out_count)++] = name->text;
	}
	return OK;
}
