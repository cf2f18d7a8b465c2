#include "data/navigation.h"

#include "data/answer.h"
#include "data/concealed.h"
#include "data/names.h"
#include "data/options.h"
#include "data/read.h"
#include "data/row_find.h"
#include "data/write.h"

struct end {
	const struct table *table; /* null: the lookup is null */
	struct uuid id;
};

static const struct table *table_of_kind(const struct data_call *dc, enum name_kind kind)
{
	static const char *const names[] = { "", "systemuser", "team", "businessunit" };
	return metadata_table(dc->app->metadata, str_of(names[kind]));
}

static err end_of_key(struct data_call *dc, const struct column *c, int64_t key, struct end *out)
{
	const struct name *name = NULL;
	TRY(c->flags & COLUMN_UNIT_KEY ? names_unit(dc->app->names, key, &name) : names_principal(dc->app->names, key, &name));
	const struct table *t = name->kind == NAME_NONE ? NULL : table_of_kind(dc, name->kind);
	/* owninguser and owningteam share the owner's place: the other one is null */
	for (size_t i = 0; t && i < c->target_count; i++)
		if (str_equal(c->targets[i], t->logical_name))
			*out = (struct end){ t, name->id };
	return OK;
}

/* The row itself is judged as at any read. */
static err end_find(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id, struct end *out)
{
	struct odata_query q = { .table = t, .select = &c, .select_count = 1, .select_given = true };
	SCOPED(statement) s = { 0 };
	struct row_place place;
	bool found;
	int at;
	*out = (struct end){ 0 };
	TRY(rights_gate(dc, DO_READ, t));
	TRY(row_find(dc, &q, id, DO_READ, &s, &at, &place, &found));
	if (!found)
		return row_missing(dc, t, id);
	TRY(rights_row(dc, DO_READ, t, &place));
	if (column_is_null(&s, at))
		return OK;
	if (c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY))
		return end_of_key(dc, c, column_i64(&s, at), out);
	struct value v = { .kind = VALUE_UUID, .uuid = column_uuid(&s, at) };
	TRY(concealed_take(dc, c, &v));
	if (v.kind == VALUE_UUID)
		*out = (struct end){ metadata_table(dc->app->metadata, c->targets[0]), v.uuid };
	return OK;
}

static err follow(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id)
{
	struct end end = { 0 };
	TRY(end_find(dc, t, c, id, &end));
	if (end.table)
		return read_one(dc, end.table, &end.id);
	answer_empty(dc);
	return OK;
}

static err reference_get(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id)
{
	struct end end = { 0 };
	TRY(end_find(dc, t, c, id, &end));
	if (!end.table) {
		answer_empty(dc);
		return OK;
	}
	char text[UUID_TEXT_LEN + 1];
	uuid_format(&end.id, text);
	str context = str_format(dc->arena, "%.*s$metadata#$ref", STR_ARG(dc->root));
	str address = str_format(dc->arena, "%.*s%.*s(%s)", STR_ARG(dc->root), STR_ARG(end.table->entity_set), text);
	TRY_NEW(context.at);
	TRY_NEW(address.at);
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_member_str(&w, S("@odata.id"), address);
	json_close_object(&w);
	return OK;
}

err navigation_run(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id)
{
	enum http_method method = dc->web->request.method;
	bool get = method == HTTP_GET || method == HTTP_HEAD;
	if (dc->path.count == 2 && get)
		return follow(dc, t, c, id);
	bool reference = dc->path.count == 3 && str_equal(dc->path.segment[2].name, S("$ref"));
	if (!reference && dc->path.count > 2)
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(dc->path.segment[2].name));
	TRY(options_check(dc, "@"));
	if (reference && get)
		return reference_get(dc, t, c, id);
	if (reference && (method == HTTP_PUT || method == HTTP_DELETE))
		return write_lookup(dc, c, t, id);
	return REFUSE(dc, 405, CODE_METHOD, "The requested resource does not support this method.");
}
