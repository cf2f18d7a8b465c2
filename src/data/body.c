/* data/body.c */
#include "data/body.h"

#include "data/rights.h"
#include "data/row_key.h"
#include "data/typed_id.h"

static err unknown_member(struct data_call *dc, const struct table *t, str name)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The property '%.*s' does not exist on type 'Microsoft.Dynamics.CRM.%.*s'.",
		      STR_ARG(name), STR_ARG(t->logical_name));
}

static err twice(struct data_call *dc, str name)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s' is set twice.", STR_ARG(name));
}

const struct change *body_change(const struct body *b, const struct column *c)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->changes[i].column == c)
			return &b->changes[i];
	return NULL;
}

static bool may_set(const struct column *c, bool creating)
{
	return (c->flags & (creating ? COLUMN_CREATABLE : COLUMN_UPDATABLE)) != 0;
}

static err change_add(struct data_call *dc, struct body *b, const struct change *change)
{
	if (body_change(b, change->column))
		return twice(dc, change->column->logical_name);
	b->changes[b->count++] = *change;
	return OK;
}

static err id_take(struct data_call *dc, const struct value *v, bool creating, struct body *b)
{
	if (v->kind != VALUE_UUID || uuid_is_nil(&v->uuid))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The primary id must be a GUID other than nil.");
	if (!creating && b->has_id && !uuid_equal(&b->id, &v->uuid))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The primary id of a row cannot be changed.");
	b->has_id = true;
	b->id = v->uuid;
	return OK;
}

static err column_take(struct data_call *dc, const struct column *c, const struct json *in, bool creating, struct body *b)
{
	struct change change = { .column = c };
	if (c->flags & COLUMN_PRIMARY_ID) {
		TRY(value_of_json(c, in, dc->arena, &dc->problem, &change.value));
		return id_take(dc, &change.value, creating, b);
	}
	if (!may_set(c, creating))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The property '%.*s' cannot be set.", STR_ARG(c->logical_name));
	TRY(value_of_json(c, in, dc->arena, &dc->problem, &change.value));
	if (column_is_lookup(c))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Set '%.*s' through '%.*s@odata.bind'.", STR_ARG(c->logical_name),
			      STR_ARG(c->navigation));
	return change_add(dc, b, &change);
}

static bool is_target(const struct column *c, const struct table *t)
{
	for (size_t i = 0; t && i < c->target_count; i++)
		if (str_equal(c->targets[i], t->logical_name))
			return true;
	return false;
}

static err owner_take(struct data_call *dc, const struct column *c, const struct table *target, const struct uuid *id, struct body *b)
{
	bool unit = c->flags & COLUMN_UNIT_KEY;
	if (unit ? b->has_unit : b->has_owner)
		return twice(dc, c->logical_name);
	if (unit) {
		b->has_unit = true;
		b->unit = *id;
	} else {
		b->has_owner = true;
		b->owner_table = target;
		b->owner = *id;
	}
	return OK;
}

static err bind_take(struct data_call *dc, const struct column *c, const struct json *in, bool creating, struct body *b)
{
	struct change change = { .column = c };
	struct path_segment key = { 0 };
	bool keyed = c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY);
	if (!may_set(c, creating))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The property '%.*s' cannot be set.", STR_ARG(c->logical_name));
	if (in->kind == JSON_NULL && !keyed)
		return change_add(dc, b, &change);
	str reference = in->kind == JSON_STRING ? references_resolve(dc->references, in->text, dc->arena) : S("");
	if (!odata_reference_parse(reference, dc->arena, &key))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s@odata.bind' must be like 'set(id)'.", STR_ARG(c->navigation));
	change.target = metadata_table_by_set(dc->app->metadata, key.name);
	if (!is_target(c, change.target))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s' does not refer to '%.*s'.", STR_ARG(c->navigation), STR_ARG(key.name));
	TRY(row_key_read(dc, change.target, &key, DO_APPEND_TO, &change.value.uuid));
	change.value.kind = VALUE_UUID;
	return keyed ? owner_take(dc, c, change.target, &change.value.uuid, b) : change_add(dc, b, &change);
}

/* "objectid_<table>", "principalid_<table>" of a built-in table whose column holds ids of several tables (4.11): the id, and for objectid the
 * table's code. */
static err several_take(struct data_call *dc, const struct table *t, str navigation, const struct json *in, struct body *b, bool *out_found)
{
	size_t mark = str_find_char(navigation, '_', 0);
	const struct column *c = mark == SIZE_MAX ? NULL : table_column(t, str_slice(navigation, 0, mark)), *code = table_column(t, S("objecttypecode"));
	const struct table *target = c ? metadata_table(dc->app->metadata, str_from(navigation, mark + 1)) : NULL;
	struct change change = { .column = c, .value = { .kind = VALUE_UUID } };
	struct path_segment key = { 0 };
	*out_found = t->builtin && target && c->type == TYPE_UNIQUEID && !(c->flags & COLUMN_PRIMARY_ID);
	if (!*out_found)
		return OK;
	str reference = in->kind == JSON_STRING ? references_resolve(dc->references, in->text, dc->arena) : S("");
	if (!odata_reference_parse(reference, dc->arena, &key) || !str_equal(key.name, target->entity_set))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s@odata.bind' must be like '%.*s(id)'.", STR_ARG(navigation), STR_ARG(target->entity_set));
	TRY(row_key_read(dc, target, &key, DO_APPEND_TO, &change.value.uuid));
	TRY(change_add(dc, b, &change));
	if (!str_equal(c->logical_name, S("objectid")) || !code)
		return OK;
	change = (struct change){ .column = code, .value = { .kind = VALUE_I64, .i64 = target->object_type_code } };
	return change_add(dc, b, &change);
}

static err member_take(struct data_call *dc, const struct table *t, const struct json *in, bool creating, struct body *b)
{
	size_t at = str_find_char(in->name, '@', 0);
	if (at == 0)
		return OK; /* @odata.etag and the like */
	if (at != SIZE_MAX && str_equal(str_from(in->name, at), S("@odata.bind"))) {
		str navigation = str_slice(in->name, 0, at);
		const struct column *c = table_column_by_navigation(t, navigation);
		if (!c && !table_is_owned(t) && str_equal(navigation, S("ownerid")))
			return rights_no_owner(dc, t);
		bool found = false;
		if (!c)
			TRY(several_take(dc, t, navigation, in, b, &found));
		if (found)
			return OK;
		return c ? bind_take(dc, c, in, creating, b) : unknown_member(dc, t, in->name);
	}
	if (at != SIZE_MAX)
		return OK; /* an annotation of a member, as it was read */
	const struct column *c = table_column(t, in->name);
	if (!c && (in->kind == JSON_OBJECT || in->kind == JSON_ARRAY))
		return REFUSE(dc, 501, CODE_BAD_QUERY, "Nested rows ('%.*s') are not supported here.", STR_ARG(in->name));
	return c ? column_take(dc, c, in, creating, b) : unknown_member(dc, t, in->name);
}

/* A row's @odata.type, where it is given, is the table's. */
static err type_check(struct data_call *dc, const struct table *t, const struct json *in)
{
	str type;
	if (!json_member(in, S("@odata.type")) || (typed_id_type(in, &type) && str_equal(type, t->logical_name)))
		return OK;
	return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "@odata.type of a row must be Microsoft.Dynamics.CRM.%.*s.", STR_ARG(t->logical_name));
}

err body_parse(struct data_call *dc, const struct table *t, const struct json *in, bool creating, struct body *out)
{
	if (!json_is(in, JSON_OBJECT))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be a JSON object.");
	TRY(type_check(dc, t, in));
	out->changes = NEW_ARRAY(dc->arena, struct change, 2 * in->count + 1 + KEY_COLUMNS_MAX); /* and what follows from a state, a binding or the address */
	TRY_NEW(out->changes);
	for (const struct json *member = in->first; member; member = member->next)
		TRY(member_take(dc, t, member, creating, out));
	return OK;
}
