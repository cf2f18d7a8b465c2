#include "data/concealed.h"

#include "authz/authz.h"
#include "data/rights.h"

enum { TARGETS_KEPT = 16, IDS_KEPT = 64 };

struct concealed {
	struct concealment how;
	const struct table *tables[TARGETS_KEPT];
	struct visible visible[TARGETS_KEPT];
	size_t count;
	struct {
		const struct table *table;
		struct uuid id;
		bool seen;
	} ids[IDS_KEPT]; /* rows of an answer name the same few rows again and again */
};

static bool is_concealable(const struct column *c)
{
	return c->type == TYPE_LOOKUP && c->target_count == 1 && !(c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY));
}

/* Who may not read the table at all sees none of its rows. */
static err target_visible(struct data_call *dc, const struct table *t, struct visible *out)
{
	*out = (struct visible){ 0 };
	return rights_may_read(dc, t) ? rights_visible(dc, t, out) : OK;
}

static err target_find(void *call, const struct column *c, const struct table **out_table, const struct visible **out_visible)
{
	struct data_call *dc = call;
	struct concealed *kept = dc->concealed;
	const struct table *t = is_concealable(c) ? metadata_table(dc->app->metadata, c->targets[0]) : NULL;
	*out_table = t;
	*out_visible = NULL;
	if (!t)
		return OK;
	for (size_t i = 0; i < kept->count && !*out_visible; i++)
		if (kept->tables[i] == t)
			*out_visible = &kept->visible[i];
	if (*out_visible)
		return OK;
	struct visible *v = kept->count < TARGETS_KEPT ? &kept->visible[kept->count] : NEW(dc->arena, struct visible);
	TRY_NEW(v);
	TRY(target_visible(dc, t, v));
	if (kept->count < TARGETS_KEPT)
		kept->tables[kept->count++] = t;
	*out_visible = v;
	return OK;
}

err concealed_begin(struct data_call *dc)
{
	struct environment_settings settings;
	dc->concealed = NULL;
	dc->who.conceal = NULL;
	TRY(authz_settings(dc->app->authz, &settings));
	dc->trimmed = settings.metadata_by_privilege;
	if (!settings.conceal_lookup_ids)
		return OK;
	dc->concealed = NEW(dc->arena, struct concealed);
	TRY_NEW(dc->concealed);
	dc->concealed->how = (struct concealment){ .find = target_find, .self = dc };
	dc->who.conceal = &dc->concealed->how;
	return OK;
}

/* `scratch` for the text of the statement, which is one for each id. */
static err id_look_up(struct data_call *dc, const struct table *t, const struct visible *v, const struct uuid *id, struct arena *scratch, bool *out)
{
	struct value wanted = { .kind = VALUE_UUID, .uuid = *id };
	SCOPED(sql_builder) b = { 0 };
	SCOPED(statement) s = { 0 };
	TRY(sql_builder_init(&b, 2 * VISIBLE_SQL_VALUES_MAX, scratch));
	buffer_append_format(&b.text, "SELECT 1 FROM %.*s AS r WHERE r.id = ?%d AND ", STR_ARG(t->sql), sql_parameter(&b, &wanted));
	TRY(visible_sql(&b, &b.text, "r", t, v, scratch));
	TRY(sql_open(&b, dc->app->store, &s));
	return statement_step(&s, out);
}

static err id_seen(struct data_call *dc, const struct table *t, const struct visible *v, const struct uuid *id, bool *out)
{
	size_t slot = id->b[sizeof id->b - 1] % IDS_KEPT; /* the last octets of every kind of id differ */
	if (dc->concealed->ids[slot].table == t && uuid_equal(&dc->concealed->ids[slot].id, id)) {
		*out = dc->concealed->ids[slot].seen;
		return OK;
	}
	struct arena *scratch = arena_new(1 << 20);
	TRY_NEW(scratch);
	err e = id_look_up(dc, t, v, id, scratch, out);
	arena_free(scratch);
	TRY(e);
	dc->concealed->ids[slot].table = t;
	dc->concealed->ids[slot].id = *id;
	dc->concealed->ids[slot].seen = *out;
	return OK;
}

err concealed_take(struct data_call *dc, const struct column *c, struct value *inout)
{
	const struct table *t = NULL;
	const struct visible *v = NULL;
	bool seen;
	if (!dc->concealed || inout->kind != VALUE_UUID)
		return OK;
	TRY(target_find(dc, c, &t, &v));
	if (!t)
		return OK;
	TRY(id_seen(dc, t, v, &inout->uuid, &seen));
	if (!seen)
		*inout = (struct value){ .kind = VALUE_NULL };
	return OK;
}
