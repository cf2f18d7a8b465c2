#include "data/lookup_name.h"

#include <string.h>

#include "authz/columns.h"
#include "data/masked.h"
#include "data/rights.h"

enum { TARGETS_MAX = 8, NAMES_KEPT = 64 };

/* A table that lookups of this answer point at. */
struct target {
	const struct table *table;
	bool readable; /* its rows by the caller at all, and its primary name */
	const struct mask *mask;
	struct visible visible;
};

/* Rows of an answer name the same few rows again and again. */
struct lookup_names {
	struct target targets[TARGETS_MAX];
	size_t count;
	struct {
		const struct table *table;
		struct uuid id;
		str text;
	} kept[NAMES_KEPT];
};

static err target_make(struct data_call *dc, const struct table *t, struct target *out)
{
	*out = (struct target){ .table = t };
	if (!t->primary_name || !rights_may_read(dc, t) || !rights_column_readable(dc, t->primary_name))
		return OK;
	out->readable = true;
	TRY(authz_column_mask(dc->app->authz, t->primary_name, &out->mask));
	return rights_visible(dc, t, &out->visible);
}

/* Null: more tables than are kept. */
static err target_find(struct data_call *dc, const struct table *t, const struct target **out)
{
	struct lookup_names *l = dc->lookup_names;
	*out = NULL;
	for (size_t i = 0; i < l->count; i++) {
		if (l->targets[i].table != t)
			continue;
		*out = &l->targets[i];
		return OK;
	}
	if (l->count == TARGETS_MAX)
		return OK;
	TRY(target_make(dc, t, &l->targets[l->count]));
	*out = &l->targets[l->count++];
	return OK;
}

/* `scratch` for the text of the statement, which is one for each name. */
static err name_read(struct data_call *dc, const struct target *target, const struct uuid *id, struct arena *scratch, str *out)
{
	const struct column *shown[] = { target->table->primary_name };
	struct value wanted = { .kind = VALUE_UUID, .uuid = *id };
	struct filter is_it = { .kind = FILTER_COMPARE, .op = COMPARE_EQ, .column = target->table->primary_id, .values = &wanted, .value_count = 1 };
	struct odata_query query = { .table = target->table, .select = shown, .select_count = 1, .filter = &is_it, .top = -1 };
	struct rows_wish wish = { .query = &query, .visible = &target->visible, .limit = 1, .force = PLAN_SCAN };
	SCOPED(rows) rows = { 0 };
	bool row;
	TRY(rows_open(dc->app->store, &wish, scratch, &rows));
	TRY(rows_next(&rows, &row));
	if (!row)
		return OK;
	struct value v = value_of_row(shown[0], &rows.statement, rows_select_index(&rows));
	if (target->mask)
		TRY(masked_value(target->mask, shown[0], &v, scratch, &v));
	if (v.kind != VALUE_TEXT)
		return OK;
	*out = str_copy(dc->arena, v.text);
	TRY_NEW(out->at);
	return OK;
}

err lookup_name(struct data_call *dc, const struct column *c, const struct uuid *id, str *out)
{
	const struct target *target;
	*out = S("");
	const struct table *t = c->target_count == 1 ? metadata_table(dc->app->metadata, c->targets[0]) : NULL;
	if (!t)
		return OK;
	if (!dc->lookup_names)
		dc->lookup_names = NEW(dc->arena, struct lookup_names);
	TRY_NEW(dc->lookup_names);
	TRY(target_find(dc, t, &target));
	if (!target || !target->readable)
		return OK;
	size_t slot = id->b[sizeof id->b - 1] % NAMES_KEPT; /* the last octets of every kind of id differ */
	if (dc->lookup_names->kept[slot].table != t || !uuid_equal(&dc->lookup_names->kept[slot].id, id)) {
		struct arena *scratch = arena_new(1 << 20);
		TRY_NEW(scratch);
		err e = name_read(dc, target, id, scratch, out);
		arena_free(scratch);
		TRY(e);
		dc->lookup_names->kept[slot].table = t;
		dc->lookup_names->kept[slot].id = *id;
		dc->lookup_names->kept[slot].text = *out;
	}
	*out = dc->lookup_names->kept[slot].text;
	return OK;
}
