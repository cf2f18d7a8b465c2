/* data/definitions.c - paths and methods of EntityDefinitions and RelationshipDefinitions.
 *
 *   GET  EntityDefinitions[?$select,$filter,$expand=Attributes($select=..;$filter=..)]      all tables, unpaged
 *   GET  EntityDefinitions(LogicalName='x' | guid)[/Attributes[(LogicalName='y' | guid)]][/Microsoft.Dynamics.CRM.<Cast>]
 *   POST EntityDefinitions, EntityDefinitions(..)/Attributes, RelationshipDefinitions
 *   PUT  EntityDefinitions(..)/Attributes(..)
 *   Relationships read, and DELETE: definitions_relations.c
 * Every admitted user may read them (4.5). A change is usable by the next request. */
#include "data/definitions.h"

#include "audit/client.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/app.h"
#include "data/audit_who.h"
#include "data/options.h"
#include "data/rights.h"
#include "web/route.h"

/* --- finding --- */

static const struct table *any_table_of(struct data_call *dc, const struct path_segment *s)
{
	const struct metadata *m = dc->app->metadata;
	const struct path_argument *by_name = path_argument_find(s, S("LogicalName")), *by_id = path_argument_find(s, S(""));
	struct uuid id;
	if (!by_id)
		by_id = path_argument_find(s, S("MetadataId"));
	if (by_name)
		return metadata_table(m, by_name->value);
	if (!by_id || failed(uuid_parse(by_id->value, &id)))
		return NULL;
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (m->by_ordinal[i] && uuid_equal(&m->by_ordinal[i]->id, &id))
			return m->by_ordinal[i];
	return NULL;
}

/* One that is not shown is not there. */
static const struct table *table_of(struct data_call *dc, const struct path_segment *s)
{
	const struct table *t = any_table_of(dc, s);
	return t && rights_table_shown(dc, t) ? t : NULL;
}

static const struct column *column_of(const struct table *t, const struct path_segment *s)
{
	const struct path_argument *by_name = path_argument_find(s, S("LogicalName")), *by_id = path_argument_find(s, S(""));
	struct uuid id;
	if (by_name)
		return table_column(t, by_name->value);
	if (!by_id || failed(uuid_parse(by_id->value, &id)))
		return NULL;
	for (size_t i = 0; i < t->column_count; i++)
		if (uuid_equal(&t->columns[i].id, &id))
			return &t->columns[i];
	return NULL;
}

static err missing(struct data_call *dc)
{
	return REFUSE(dc, 404, CODE_NOT_FOUND, "Could not find the definition that the address names.");
}

/* --- GET --- */

static err list_open(struct data_call *dc, const char *fragment, struct json_writer *w)
{
	str context = str_format(dc->arena, "%.*s$metadata#%s", STR_ARG(dc->root), fragment);
	TRY_NEW(context.at);
	*w = answer_json(dc, 200);
	json_open_object(w);
	json_member_str(w, S("@odata.context"), context);
	json_key(w, S("value"));
	return OK;
}

static err tables_get(struct data_call *dc)
{
	const struct metadata *m = dc->app->metadata;
	struct definition_view view;
	struct definition_row row;
	struct json_writer w;
	TRY(definition_view_parse(dc, SHAPE_TABLE, true, S(""), &view));
	TRY(list_open(dc, "EntityDefinitions", &w));
	json_open_array(&w);
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		if (!m->by_ordinal[i] || !rights_table_shown(dc, m->by_ordinal[i]))
			continue;
		definition_of_table(m->by_ordinal[i], &row);
		if (definition_filter_keeps(view.own.filter, &row))
			TRY(table_json(dc, &w, m->by_ordinal[i], &view));
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

static err table_get(struct data_call *dc, const struct table *t)
{
	struct definition_view view;
	TRY(definition_view_parse(dc, SHAPE_TABLE, false, S(""), &view));
	struct json_writer w = answer_json(dc, 200);
	return table_json(dc, &w, t, &view);
}

static err column_get(struct data_call *dc, const struct table *t, str cast)
{
	const struct column *c = column_of(t, &dc->path.segment[1]);
	struct definition_view view;
	TRY(definition_view_parse(dc, SHAPE_COLUMN, false, cast, &view));
	if (!c || !column_is_of_class(c, cast))
		return missing(dc);
	struct json_writer w = answer_json(dc, 200);
	column_json(dc, &w, t, c, view.own.select);
	return OK;
}

/* EntityDefinitions(..)/Attributes, Keys, ManyToOneRelationships and the like. */
static err related_get(struct data_call *dc, const struct table *t, enum definition_expand which, str cast)
{
	struct definition_view view;
	struct json_writer w;
	TRY(definition_view_parse(dc, definition_expand_shape(which), true, cast, &view));
	str context = str_format(dc->arena, "EntityDefinitions/%s", definition_expands[which]);
	TRY_NEW(context.at);
	TRY(list_open(dc, context.at, &w));
	TRY(related_json(dc, &w, t, which, &view.own));
	json_close_object(&w);
	return OK;
}

static err related_one(struct data_call *dc, const struct table *t, enum definition_expand which, str cast)
{
	switch (which) {
	case EXPAND_ATTRIBUTES:
		return column_get(dc, t, cast);
	case EXPAND_KEYS:
		return keys_run(dc, t);
	default:
		return related_one_get(dc, t, which, cast);
	}
}

static err segment_unknown(struct data_call *dc, size_t at)
{
	return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(dc->path.segment[at].name));
}

static err definitions_get(struct data_call *dc)
{
	const struct odata_path *p = &dc->path;
	size_t count;
	str cast = definition_cast(p, &count);
	if (count == 1 && !p->segment[0].has_arguments && !cast.len)
		return tables_get(dc);
	const struct table *t = table_of(dc, &p->segment[0]);
	if (!t)
		return missing(dc);
	if (count == 1)
		return definition_cast_exists(SHAPE_TABLE, cast) ? table_get(dc, t) : segment_unknown(dc, 1);
	for (int i = 0; i < EXPANDS && count == 2; i++) {
		enum definition_expand which = (enum definition_expand)i;
		if (!str_equal(p->segment[1].name, str_of(definition_expands[i])))
			continue;
		if (!definition_cast_exists(definition_expand_shape(which), cast))
			return segment_unknown(dc, 2);
		return p->segment[1].has_arguments ? related_one(dc, t, which, cast) : related_get(dc, t, which, cast);
	}
	return segment_unknown(dc, count > 2 ? 2 : 1);
}

/* --- POST --- */

/* Whose limits and names an err of metadata/define.h speaks of is clear from the body; its text goes to the client. */
err definition_made(struct data_call *dc, err e)
{
	if (err_kind_of(e) == ERR_CONFLICT)
		return REFUSE(dc, 412, CODE_DUPLICATE_KEY, "The definition exists: %s.", err_why(e));
	if (err_kind_of(e) == ERR_INVALID && !dc->problem.status)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "%s.", err_why(e));
	return e;
}

err definition_audit(struct data_call *dc, str op, const struct uuid *id, str name)
{
	struct audit_event event = audit_who(dc);
	event.category = AUDIT_ADMIN;
	event.op = op;
	event.severity = 5;
	event.target_type = S("definition");
	event.target_id = uuid_text(dc->arena, id);
	event.target_name = name;
	return audit_emit(dc->app->store, dc->web->now, &event);
}

/* The table as it will be, for the privileges that are made in the same transaction: read back by a load of its own. */
static err table_define_in(struct data_call *dc, const struct table_wish *wish)
{
	uint16_t ordinal;
	struct metadata *fresh = NULL;
	TRY(definition_made(dc, define_table(dc->app->store, dc->app->metadata, wish, dc->arena, &ordinal)));
	TRY(metadata_load(dc->app->store, &fresh));
	err e = rights_table_defined(dc, metadata_table_by_ordinal(fresh, ordinal));
	metadata_free(fresh);
	TRY(e);
	return definition_audit(dc, S("create.table"), &wish->id, wish->schema_name);
}

err definition_id_answer(struct data_call *dc, const char *set, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	str url = str_format(dc->arena, "%.*s%s(%s)", STR_ARG(dc->root), set, text);
	TRY_NEW(url.at);
	answer_empty(dc);
	web_set_header(dc->web, S("odata-entityid"), url);
	return OK;
}

err definition_body(struct data_call *dc, const struct json **out)
{
	err e = web_json(dc->web, out);
	if (err_kind_of(e) == ERR_INVALID || (!failed(e) && (*out)->kind != JSON_OBJECT))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be a JSON object.");
	return e;
}

static err table_post(struct data_call *dc)
{
	const struct json *body;
	struct table_wish wish;
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	TRY(table_wish_parse(dc, body, true, &wish));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(table_define_in(dc, &wish));
	TRY(definition_id_answer(dc, "EntityDefinitions", &wish.id));
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

static const char *attributes_set(struct data_call *dc, const struct table *t)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(&t->id, text);
	str set = str_format(dc->arena, "EntityDefinitions(%s)/Attributes", text);
	return set.at ? set.at : "EntityDefinitions/Attributes";
}

static err column_post(struct data_call *dc, const struct table *t)
{
	const struct json *body;
	struct column_wish wish;
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	TRY(column_wish_parse(dc, body, &wish));
	if (wish.type == TYPE_LOOKUP || wish.primary_name)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Lookups come by RelationshipDefinitions, the primary name with its table.");
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_made(dc, define_column(dc->app->store, t, &wish, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("create.column"), &wish.id, wish.schema_name));
	TRY(definition_id_answer(dc, attributes_set(dc, t), &wish.id));
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

/* The whole definition again; what may differ is said by define_column_change. */
static err column_put(struct data_call *dc, const struct table *t, const struct column *c)
{
	const struct json *body;
	struct column_wish wish;
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	TRY(column_wish_parse(dc, body, &wish));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_made(dc, define_column_change(dc->app->store, t, c, &wish)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("update.column"), &c->id, c->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

static err table_put(struct data_call *dc, const struct table *t)
{
	const struct json *body;
	struct table_wish wish;
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	TRY(table_wish_parse(dc, body, false, &wish));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_made(dc, define_table_change(dc->app->store, t, &wish)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("update.table"), &t->id, t->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

static err definitions_put(struct data_call *dc)
{
	const struct odata_path *p = &dc->path;
	const struct table *t = table_of(dc, &p->segment[0]);
	size_t count;
	str cast = definition_cast(p, &count);
	if (!t)
		return missing(dc);
	if (count == 1)
		return definition_cast_exists(SHAPE_TABLE, cast) ? table_put(dc, t) : missing(dc);
	if (count != 2 || !str_equal(p->segment[1].name, S("Attributes")))
		return REFUSE(dc, 501, CODE_UNKNOWN_PATH, "Only tables and columns can be changed here.");
	const struct column *c = column_of(t, &p->segment[1]);
	return c && column_is_of_class(c, cast) ? column_put(dc, t, c) : missing(dc);
}

static err relationship_post(struct data_call *dc)
{
	const struct table *referenced, *referencing;
	const struct json *body;
	struct relationship_wish wish;
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &body));
	if (definition_is(body, S("ManyToManyRelationshipMetadata")))
		return association_post(dc, body);
	TRY(relationship_wish_parse(dc, body, &wish, &referenced, &referencing));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(cascade_check(dc, referencing, wish.cascade, NULL));
	TRY(definition_made(dc, define_relationship(dc->app->store, referenced, referencing, &wish, dc->arena)));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("create.relationship"), &wish.id, wish.schema_name));
	TRY(definition_id_answer(dc, "RelationshipDefinitions", &wish.id));
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

static err definitions_post(struct data_call *dc)
{
	const struct odata_path *p = &dc->path;
	if (p->count == 1 && !p->segment[0].has_arguments)
		return table_post(dc);
	bool keys = p->count == 2 && str_equal(p->segment[1].name, S("Keys"));
	if (p->count != 2 || (!keys && !str_equal(p->segment[1].name, S("Attributes"))) || p->segment[1].has_arguments)
		return REFUSE(dc, 501, CODE_UNKNOWN_PATH, "This part of the definitions cannot be created here.");
	const struct table *t = table_of(dc, &p->segment[0]);
	if (!t)
		return missing(dc);
	return keys ? keys_run(dc, t) : column_post(dc, t);
}

static err definitions_delete(struct data_call *dc)
{
	const struct odata_path *p = &dc->path;
	const struct table *t = table_of(dc, &p->segment[0]);
	if (!t)
		return missing(dc);
	if (p->count == 1)
		return table_delete(dc, t);
	if (p->count == 2 && str_equal(p->segment[1].name, S("Keys")))
		return keys_run(dc, t);
	if (p->count != 2 || !str_equal(p->segment[1].name, S("Attributes")))
		return segment_unknown(dc, 1);
	const struct column *c = column_of(t, &p->segment[1]);
	return c ? column_delete(dc, t, c) : missing(dc);
}

static err method_refused(struct data_call *dc)
{
	return REFUSE(dc, 405, CODE_METHOD, "This operation on definitions is not supported.");
}

static err relationships_handle(struct data_call *dc)
{
	enum http_method method = dc->web->request.method;
	size_t count;
	(void)definition_cast(&dc->path, &count);
	if (method == HTTP_GET || method == HTTP_HEAD)
		return relationships_get(dc);
	TRY(options_check(dc, ""));
	if (count > 1)
		return segment_unknown(dc, 1);
	bool one = dc->path.segment[0].has_arguments;
	if (method == HTTP_POST && !one)
		return relationship_post(dc);
	if (method == HTTP_PUT && one)
		return relationship_put(dc);
	return method == HTTP_DELETE && one ? relationship_delete(dc) : method_refused(dc);
}

err definitions_handle(struct data_call *dc)
{
	enum http_method method = dc->web->request.method;
	if (str_equal(dc->path.segment[0].name, S("RelationshipDefinitions")))
		return relationships_handle(dc);
	if (method == HTTP_GET || method == HTTP_HEAD)
		return definitions_get(dc);
	TRY(options_check(dc, ""));
	switch (method) {
	case HTTP_POST:
		return definitions_post(dc);
	case HTTP_PUT:
		return definitions_put(dc);
	case HTTP_DELETE:
		return definitions_delete(dc);
	default:
		return method_refused(dc);
	}
}
