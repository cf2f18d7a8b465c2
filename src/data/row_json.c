/* data/row_json.c */
#include "data/row_json.h"

#include <stdio.h>

#include "data/concealed.h"
#include "data/lookup_name.h"
#include "data/masked.h"
#include "data/names.h"
#include "data/rights.h"

str etag_text(struct arena *arena, int64_t version)
{
	return str_format(arena, "W/\"%lld\"", (long long)version);
}

str context_url(struct data_call *dc, const struct odata_query *q, bool entity)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, 64 * 1024);
	buffer_append_format(&b, "%.*s$metadata#%.*s", STR_ARG(dc->root), STR_ARG(q->table->entity_set));
	for (size_t i = 0; q->select_given && i < q->select_count; i++) {
		buffer_append_char(&b, i ? ',' : '(');
		buffer_append_str(&b, column_wire_name(q->select[i]));
	}
	if (q->select_given)
		buffer_append_char(&b, ')');
	if (entity)
		buffer_append_str(&b, S("/$entity"));
	return str_copy(dc->arena, buffer_str(&b));
}

static void annotation(struct json_writer *w, str column, const char *name, str value)
{
	char key[256];
	int n = snprintf(key, sizeof key, "%.*s@%s", STR_ARG(column), name);
	json_member_str(w, (str){ key, (size_t)n < sizeof key ? (size_t)n : sizeof key - 1 }, value);
}

/* Tells a value that may not be read from one that is not there. */
static void secured_annotation(struct json_writer *w, const struct column *c)
{
	char key[256];
	int n = snprintf(key, sizeof key, "%.*s@org.bailiwick.secured", STR_ARG(c->logical_name));
	json_member_bool(w, (str){ key, (size_t)n < sizeof key ? (size_t)n : sizeof key - 1 }, true);
}

/* Is this principal what the column shows? owninguser and owningteam share ownerid's place. */
static bool kind_fits(const struct column *c, enum name_kind kind)
{
	if (kind == NAME_NONE)
		return false;
	if (c->type == TYPE_OWNER || (c->flags & COLUMN_UNIT_KEY))
		return true;
	return str_equal(c->targets[0], kind == NAME_TEAM ? S("team") : S("systemuser"));
}

static err key_json(struct data_call *dc, struct json_writer *w, const struct column *c, const struct statement *s, int index)
{
	const struct name *name = NULL;
	if (!column_is_null(s, index)) {
		int64_t key = column_i64(s, index);
		TRY(c->flags & COLUMN_UNIT_KEY ? names_unit(dc->app->names, key, &name) : names_principal(dc->app->names, key, &name));
	}
	json_key(w, c->value_name);
	if (!name || !kind_fits(c, name->kind)) {
		json_null(w);
		return OK;
	}
	json_uuid(w, &name->id);
	static const char *const tables[] = { "", "systemuser", "team", "businessunit" };
	if (dc->prefer.formatted && name->text[0])
		annotation(w, c->value_name, "OData.Community.Display.V1.FormattedValue", str_of(name->text));
	if (dc->prefer.lookup_names)
		annotation(w, c->value_name, "Microsoft.Dynamics.CRM.lookuplogicalname", str_of(tables[name->kind]));
	if (dc->prefer.navigation_names)
		annotation(w, c->value_name, "Microsoft.Dynamics.CRM.associatednavigationproperty", c->navigation);
	return OK;
}

static err value_annotations(struct data_call *dc, struct json_writer *w, const struct column *c, const struct value *v)
{
	bool names_row = column_is_lookup(c) && v->kind == VALUE_UUID;
	str text = { 0 };
	if (dc->prefer.formatted && names_row)
		TRY(lookup_name(dc, c, &v->uuid, &text));
	if (dc->prefer.formatted && (names_row ? text.len > 0 : value_display(c, v, dc->arena, &text)))
		annotation(w, column_wire_name(c), "OData.Community.Display.V1.FormattedValue", text);
	if (!names_row)
		return OK;
	if (dc->prefer.lookup_names && c->target_count)
		annotation(w, c->value_name, "Microsoft.Dynamics.CRM.lookuplogicalname", c->targets[0]);
	if (dc->prefer.navigation_names)
		annotation(w, c->value_name, "Microsoft.Dynamics.CRM.associatednavigationproperty", c->navigation);
	return OK;
}

err row_column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c, int64_t row_key,
		    const struct statement *s, int index)
{
	if (c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY))
		return key_json(dc, w, c, s, index);
	struct value v = value_of_row(c, s, index);
	bool readable = rights_column_readable(dc, c);
	json_key(w, column_wire_name(c));
	if (!readable && row_key)
		TRY(rights_cell_readable(dc, t, c, row_key, &readable));
	if (!readable) {
		json_null(w);
		if (dc->prefer.annotations.len)
			secured_annotation(w, c);
		return OK;
	}
	const struct mask *mask;
	TRY(concealed_take(dc, c, &v));
	TRY(rights_mask(dc, c, &mask));
	if (mask) {
		TRY(masked_value(mask, c, &v, dc->arena, &v));
		value_write(w, c, &v);
		return OK;
	}
	value_write(w, c, &v);
	return dc->prefer.annotations.len ? value_annotations(dc, w, c, &v) : OK;
}

err row_json(struct data_call *dc, struct json_writer *w, const struct odata_query *q, const struct statement *s, int first)
{
	json_member_raw(w, S("@odata.etag"), S("\"W/\\\""));
	buffer_append_i64(w->to, column_i64(s, 1)); /* printf would cost a tenth of a row */
	buffer_append_str(w->to, S("\\\"\""));
	for (size_t i = 0; i < q->select_count; i++)
		TRY(row_column_json(dc, w, q->table, q->select[i], column_i64(s, 0), s, first + (int)i));
	return OK;
}
