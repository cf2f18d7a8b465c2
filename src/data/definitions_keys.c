/* data/definitions_keys.c - alternate keys and many-to-many relationships (4.5):
 *   GET, POST  EntityDefinitions(..)/Keys            {"SchemaName", "DisplayName", "KeyAttributes": ["column", ...]}
 *   GET        EntityDefinitions(..)/Keys(..)        by LogicalName or MetadataId
 *   DELETE     EntityDefinitions(..)/Keys(..)
 *   POST       RelationshipDefinitions               {"@odata.type": "...ManyToManyRelationshipMetadata", "SchemaName",
 *              "IntersectEntityName", "Entity1LogicalName", "Entity2LogicalName", "Entity1NavigationPropertyName", ...} */
#include "data/answer.h"
#include "data/app.h"
#include "data/definitions.h"
#include "data/rights.h"

/* --- keys --- */

static err column_named(struct data_call *dc, const struct table *t, const struct json *in, const struct column **out)
{
	*out = in->kind == JSON_STRING ? table_column(t, in->text) : NULL;
	return *out ? OK : REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "KeyAttributes holds logical names of columns of '%.*s'.", STR_ARG(t->logical_name));
}

err key_wish_parse(struct data_call *dc, const struct table *t, const struct json *in, struct key_wish *out)
{
	const struct json *list = json_member(in, S("KeyAttributes"));
	*out = (struct key_wish){ .columns = NEW_ARRAY(dc->arena, const struct column *, KEY_COLUMNS_MAX) };
	TRY_NEW(out->columns);
	if (!json_member_is_str(in, S("SchemaName"), &out->schema_name))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "A key needs a SchemaName.");
	if (!json_is(list, JSON_ARRAY) || list->count == 0 || list->count > KEY_COLUMNS_MAX)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "A key needs KeyAttributes, 1 to %d.", KEY_COLUMNS_MAX);
	TRY(definition_id(dc, in, &out->id));
	out->display_name = definition_label(json_member(in, S("DisplayName")));
	for (const struct json *name = list->first; name; name = name->next)
		TRY(column_named(dc, t, name, &out->columns[out->column_count++]));
	return OK;
}

static void key_json(struct json_writer *w, const struct table *t, const struct table_key *k, str select)
{
	struct definition_row row;
	definition_of_key(t, k, &row);
	json_open_object(w);
	definition_members_json(w, SHAPE_KEY, &row, select);
	if (is_selected(select, S("DisplayName")))
		definition_label_json(w, S("DisplayName"), k->display_name);
	if (is_selected(select, S("KeyAttributes"))) {
		json_key(w, S("KeyAttributes"));
		json_open_array(w);
		for (size_t i = 0; i < k->column_count; i++)
			json_str(w, k->columns[i]->logical_name);
		json_close_array(w);
	}
	json_close_object(w);
}

void keys_json(struct json_writer *w, const struct table *t, const struct definition_query *query)
{
	struct definition_row row;
	json_open_array(w);
	for (size_t i = 0; i < t->key_count; i++) {
		definition_of_key(t, &t->keys[i], &row);
		if (definition_filter_keeps(query->filter, &row))
			key_json(w, t, &t->keys[i], query->select);
	}
	json_close_array(w);
}

static const struct table_key *key_find(const struct table *t, const struct path_segment *s)
{
	const struct path_argument *by_name = path_argument_find(s, S("LogicalName")), *by_id = path_argument_find(s, S(""));
	struct uuid id = { { 0 } };
	if (!by_id)
		by_id = path_argument_find(s, S("MetadataId"));
	if (!by_name && (!by_id || failed(uuid_parse(by_id->value, &id))))
		return NULL;
	for (size_t i = 0; i < t->key_count; i++)
		if (by_name ? str_equal(t->keys[i].logical_name, by_name->value) : uuid_equal(&t->keys[i].id, &id))
			return &t->keys[i];
	return NULL;
}

static err key_post(struct data_call *dc, const struct table *t)
{
	const struct json *body;
	struct key_wish wish;
	char table[UUID_TEXT_LEN + 1];
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	TRY(key_wish_parse(dc, t, body, &wish));
	uuid_format(&t->id, table);
	str set = str_format(dc->arena, "EntityDefinitions(%s)/Keys", table);
	TRY_NEW(set.at);
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_made(dc, define_key(dc->app->store, t, &wish, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("create.key"), &wish.id, wish.schema_name));
	TRY(definition_id_answer(dc, set.at, &wish.id));
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

static err key_delete(struct data_call *dc, const struct table *t, const struct table_key *k)
{
	TRY(rights_customize(dc));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_removed(dc, define_key_remove(dc->app->store, t, k, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("delete.key"), &k->id, k->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

err keys_run(struct data_call *dc, const struct table *t)
{
	struct definition_view view;
	enum http_method m = dc->web->request.method;
	if (m == HTTP_POST)
		return key_post(dc, t);
	const struct table_key *k = key_find(t, &dc->path.segment[1]);
	if (!k)
		return REFUSE(dc, 404, CODE_NOT_FOUND, "Could not find the key that the address names.");
	if (m == HTTP_DELETE)
		return key_delete(dc, t, k);
	TRY(definition_view_parse(dc, SHAPE_KEY, false, S(""), &view));
	struct json_writer w = answer_json(dc, 200);
	key_json(&w, t, k, view.own.select);
	return OK;
}

/* --- many to many --- */

static err side_parse(struct data_call *dc, const struct json *in, int n, struct association_wish *out)
{
	str table = str_format(dc->arena, "Entity%dLogicalName", n + 1), navigation = str_format(dc->arena, "Entity%dNavigationPropertyName", n + 1);
	str name;
	TRY_NEW(table.at);
	TRY_NEW(navigation.at);
	out->side[n] = json_member_is_str(in, table, &name) ? metadata_table(dc->app->metadata, name) : NULL;
	if (!out->side[n])
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "%.*s must name a table.", STR_ARG(table));
	if (!json_member_is_str(in, navigation, &out->navigation[n]))
		out->navigation[n] = S("");
	return OK;
}

err association_wish_parse(struct data_call *dc, const struct json *in, struct association_wish *out)
{
	*out = (struct association_wish){ .pairs = S("") };
	if (!json_member_is_str(in, S("SchemaName"), &out->schema_name))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "A relationship needs a SchemaName.");
	(void)json_member_is_str(in, S("IntersectEntityName"), &out->pairs);
	if (out->pairs.len && !schema_name_is_valid(out->pairs))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "IntersectEntityName is no name of a table.");
	TRY(definition_id(dc, in, &out->id));
	for (int n = 0; n < 2; n++) {
		TRY(side_parse(dc, in, n, out));
		if (out->navigation[n].len && !schema_name_is_valid(out->navigation[n]))
			return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "A navigation property has a prefix, as a SchemaName has.");
	}
	return OK;
}

void association_json(struct json_writer *w, const struct association *a, str select)
{
	struct definition_row row;
	definition_of_association(a, &row);
	json_open_object(w);
	json_member_str(w, S("@odata.type"), S("#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata"));
	definition_members_json(w, SHAPE_RELATIONSHIP, &row, select);
	json_close_object(w);
}

void associations_json(const struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_query *query)
{
	const struct metadata *m = dc->app->metadata;
	struct definition_row row;
	for (size_t i = 0; i < m->association_count; i++) {
		const struct association *a = &m->associations[i];
		if (!rights_table_shown(dc, a->side[0]) || !rights_table_shown(dc, a->side[1]))
			continue;
		definition_of_association(a, &row);
		if ((!t || a->side[0] == t || a->side[1] == t) && definition_filter_keeps(query->filter, &row))
			association_json(w, a, query->select);
	}
}

err association_post(struct data_call *dc, const struct json *body)
{
	struct association_wish wish;
	TRY(association_wish_parse(dc, body, &wish));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_made(dc, define_association(dc->app->store, dc->app->metadata, &wish, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("create.relationship"), &wish.id, wish.schema_name));
	TRY(definition_id_answer(dc, "RelationshipDefinitions", &wish.id));
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

err association_delete(struct data_call *dc, const struct association *a)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_removed(dc, define_association_remove(dc->app->store, a, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("delete.relationship"), &a->id, a->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}
