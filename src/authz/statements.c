#include "authz/internal.h"
#include "authz/sql_catalog.h"

static err bind_arg(struct statement *s, int index, const struct arg *a)
{
	switch (a->kind) {
	case ARG_I64:
		return bind_i64(s, index, a->i64);
	case ARG_TEXT:
		return bind_text(s, index, a->text);
	case ARG_UUID:
		return bind_uuid(s, index, a->uuid);
	case ARG_I64S:
		return bind_i64_array(s, index, a->i64s, a->i64s_count);
	default:
		return bind_null(s, index);
	}
}

err sql_begin(struct store *store, const struct sql_text *sql, struct args args, struct statement *out)
{
	TRY(statement_open(store, sql, out));
	for (size_t i = 0; i < args.count; i++)
		TRY(bind_arg(out, (int)i + 1, &args.at[i]));
	return OK;
}

err sql_run(struct store *store, const struct sql_text *sql, struct args args)
{
	SCOPED(statement) s = { 0 };
	TRY(sql_begin(store, sql, args, &s));
	return statement_run(&s);
}

err sql_i64(struct store *store, const struct sql_text *sql, struct args args, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(store, sql, args, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such row of the environment's rights");
	*out = column_i64(&s, 0);
	return OK;
}

err sql_i64s(struct store *store, const struct sql_text *sql, struct args args, struct arena *arena, int64_t **out, size_t *out_count)
{
	SCOPED(statement) s = { 0 };
	size_t n = 0, room = 16;
	int64_t *list = NEW_ARRAY(arena, int64_t, room);
	TRY_NEW(list);
	TRY(sql_begin(store, sql, args, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		if (n == room) {
			int64_t *wider = NEW_ARRAY(arena, int64_t, room * 2);
			TRY_NEW(wider);
			memcpy(wider, list, room * sizeof *list);
			list = wider;
			room *= 2;
		}
		list[n++] = column_i64(&s, 0);
	}
	*out = list;
	*out_count = n;
	return OK;
}

err version_take(struct store *store, int64_t *out)
{
	return sql_i64(store, &SQL_AUTHZ_VERSION_TAKE, NO_ARGS, out);
}
