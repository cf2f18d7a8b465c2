/* data/import_rows.c */
#include "data/import_rows.h"

#include "data/sql_catalog.h"
#include "data/state.h"
#include "data/write.h"

/* --- owners by name --- */

static const struct {
	const char *member, *set;
	const struct sql_text *sql;
} owner_kinds[] = {
	{ "@user", "systemusers", &SQL_OWNER_USER },
	{ "@team", "teams", &SQL_OWNER_TEAM },
	{ "@unit", "teams", &SQL_OWNER_UNIT },
};

static err owner_find(struct import_rows *im, size_t kind, str name, struct uuid *out)
{
	struct data_call *dc = im->dc;
	SCOPED(statement) s = { 0 };
	bool row, second = false;
	TRY(statement_open(dc->app->store, owner_kinds[kind].sql, &s));
	TRY(bind_text(&s, 1, name));
	TRY(statement_step(&s, &row));
	if (row) {
		*out = column_uuid(&s, 0);
		TRY(statement_step(&s, &second));
	}
	if (!row || second)
		return REFUSE(dc, 400, CODE_NOT_FOUND, "%s '%.*s' %s.", owner_kinds[kind].member, STR_ARG(name),
			      row ? "is ambiguous" : "does not exist");
	return OK;
}

static err owner_cached(struct import_rows *im, size_t kind, str name, struct uuid *out)
{
	struct arena *arena = im->dc->web->arena; /* lives as long as the map */
	str key = str_format(im->row_arena, "%s\n%.*s", owner_kinds[kind].member, STR_ARG(name));
	TRY_NEW(key.at);
	const struct uuid *known = map_get(im->owners, key);
	if (known) {
		*out = *known;
		return OK;
	}
	TRY(owner_find(im, kind, name, out));
	struct uuid *kept = NEW(arena, struct uuid);
	str kept_key = str_copy(arena, key);
	TRY_NEW(kept);
	TRY_NEW(kept_key.at);
	*kept = *out;
	if (!map_set(im->owners, kept_key, kept))
		FAIL(ERR_LIMIT, "memory budget of this request is spent");
	return OK;
}

static err owner_take(struct import_rows *im, size_t kind, const struct json *member, struct body *b)
{
	struct data_call *dc = im->dc;
	if (member->kind != JSON_STRING)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%s' must be a name.", owner_kinds[kind].member);
	if (b->has_owner)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The owner is named twice.");
	b->has_owner = true;
	b->owner_table = metadata_table_by_set(dc->app->metadata, str_of(owner_kinds[kind].set));
	return owner_cached(im, kind, member->text, &b->owner);
}

/* A create ignores what it does not know behind an '@'; here that would be an owner mistyped, and the row another's. */
static err annotations_take(struct import_rows *im, const struct json *row, struct body *b)
{
	for (const struct json *member = row->first; member; member = member->next) {
		size_t kind = 0;
		if (member->name.len == 0 || member->name.at[0] != '@' || str_starts_with(member->name, S("@odata.")))
			continue;
		while (kind < COUNT_OF(owner_kinds) && !str_equal(member->name, str_of(owner_kinds[kind].member)))
			kind++;
		if (kind == COUNT_OF(owner_kinds))
			return REFUSE(im->dc, 400, CODE_BAD_QUERY, "'%.*s' means nothing in an import.", STR_ARG(member->name));
		TRY(owner_take(im, kind, member, b));
	}
	return OK;
}

/* --- rows --- */

static err row_import(struct import_rows *im, const struct json *row)
{
	struct data_call *dc = im->dc;
	struct body b = { 0 };
	struct row_place place;
	TRY(body_parse(dc, im->table, row, true, &b));
	TRY(state_settle(dc, im->table, &b));
	TRY(annotations_take(im, row, &b));
	return row_create(dc, im->table, &b, &place);
}

static void rejection_write(struct import_rows *im, size_t index, struct json_writer *w)
{
	im->rejected++;
	json_open_object(w);
	json_member_i64(w, S("row"), (int64_t)index);
	json_member_str(w, S("reason"), im->dc->problem.message);
	json_close_object(w);
}

/* A refusal is the row's, and told; any other err ends the batch. */
static err row_settle(struct import_rows *im, const struct json *row, size_t index, struct json_writer *rejected)
{
	struct data_call *dc = im->dc;
	struct arena *arena = dc->arena;
	dc->arena = im->row_arena;
	err e = row_import(im, row);
	dc->arena = arena;
	bool refused = failed(e) && dc->problem.status;
	if (refused)
		rejection_write(im, index, rejected);
	else if (!failed(e))
		im->imported++;
	if (refused || !failed(e)) {
		dc->problem = (struct problem){ 0 };
		dc->denial = (struct denial){ 0 };
	}
	arena_reset(im->row_arena);
	return refused ? OK : e;
}

err import_rows_run(struct import_rows *im, const struct json *rows, struct json_writer *rejected)
{
	size_t index = 0;
	for (const struct json *row = rows->first; row; row = row->next, index++)
		TRY(row_settle(im, row, index, rejected));
	return OK;
}
