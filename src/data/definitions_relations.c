/* data/definitions_relations.c - relationships on the wire, and definitions that are removed:
 *   GET     RelationshipDefinitions[(guid | SchemaName='x')][/Microsoft.Dynamics.CRM.<Kind>RelationshipMetadata]
 *           EntityDefinitions(..)/ManyToOneRelationships | OneToManyRelationships | ManyToManyRelationships, likewise
 *   PUT     RelationshipDefinitions(..): its CascadeConfiguration
 *   DELETE  EntityDefinitions(..)[/Attributes(..)], RelationshipDefinitions(..) */
#include "data/answer.h"
#include "data/app.h"
#include "data/definitions.h"
#include "data/rights.h"

static void relationship_json(struct json_writer *w, const struct relationship *r, str select)
{
	struct definition_row row;
	definition_of_relationship(r, &row);
	json_open_object(w);
	json_member_str(w, S("@odata.type"), S("#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"));
	definition_members_json(w, SHAPE_RELATIONSHIP, &row, select);
	if (is_selected(select, S("CascadeConfiguration")))
		json_member_raw(w, S("CascadeConfiguration"), r->cascade);
	json_close_object(w);
}

static bool is_of(const struct relationship *r, const struct table *t, enum definition_expand which)
{
	return !t || (which == EXPAND_MANY_TO_ONE ? r->referencing == t : which == EXPAND_ONE_TO_MANY && r->referenced == t);
}

/* Both ends are. */
static bool is_shown(const struct data_call *dc, const struct table *a, const struct table *b)
{
	return rights_table_shown(dc, a) && rights_table_shown(dc, b);
}

static bool is_cast(bool many, str cast)
{
	return !cast.len || str_equal(cast, S("RelationshipMetadataBase")) ||
	       str_equal(cast, many ? S("ManyToManyRelationshipMetadata") : S("OneToManyRelationshipMetadata"));
}

err relationships_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which,
		       const struct definition_query *query)
{
	struct relationship *list = NULL;
	struct definition_row row;
	size_t n = 0;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &n));
	json_open_array(w);
	for (size_t i = 0; i < n && is_cast(false, query->cast); i++) {
		definition_of_relationship(&list[i], &row);
		if (is_shown(dc, list[i].referenced, list[i].referencing) && is_of(&list[i], t, which) && definition_filter_keeps(query->filter, &row))
			relationship_json(w, &list[i], query->select);
	}
	if ((!t || which == EXPAND_MANY_TO_MANY) && is_cast(true, query->cast))
		associations_json(dc, w, t, query);
	json_close_array(w);
	return OK;
}

static err missing(struct data_call *dc)
{
	return REFUSE(dc, 404, CODE_NOT_FOUND, "Could not find the relationship that the address names.");
}

/* Of (guid) or (SchemaName='x'): of one of the two kinds; 404 when there is none. */
static err any_find(struct data_call *dc, const struct path_segment *s, const struct relationship **out, const struct association **out_many)
{
	const struct metadata *m = dc->app->metadata;
	const struct path_argument *by_name = path_argument_find(s, S("SchemaName")), *by_id = path_argument_find(s, S(""));
	struct relationship *list = NULL;
	struct uuid id = { { 0 } };
	size_t n = 0;
	*out = NULL;
	*out_many = NULL;
	if (!by_id)
		by_id = path_argument_find(s, S("MetadataId"));
	if (!by_name && (!by_id || failed(uuid_parse(by_id->value, &id))))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Name the relationship by its MetadataId or SchemaName.");
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &n));
	for (size_t i = 0; i < n; i++)
		if (by_name ? str_equal_nocase(list[i].schema_name, by_name->value) : uuid_equal(&list[i].id, &id))
			*out = &list[i];
	for (size_t i = 0; i < m->association_count; i++)
		if (by_name ? str_equal_nocase(m->associations[i].schema_name, by_name->value) : uuid_equal(&m->associations[i].id, &id))
			*out_many = &m->associations[i];
	if (*out && !is_shown(dc, (*out)->referenced, (*out)->referencing))
		*out = NULL;
	if (*out_many && !is_shown(dc, (*out_many)->side[0], (*out_many)->side[1]))
		*out_many = NULL;
	return *out || *out_many ? OK : missing(dc);
}

static err relationship_find(struct data_call *dc, const struct relationship **out)
{
	const struct association *many;
	TRY(any_find(dc, &dc->path.segment[0], out, &many));
	return *out ? OK : REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Nothing of a many-to-many relationship can be changed.");
}

/* The one that `s` names, if it is of the table's expansion (t null: of any) and of the cast's kind. */
static err one_get(struct data_call *dc, const struct path_segment *s, const struct table *t, enum definition_expand which, str cast)
{
	const struct association *many;
	const struct relationship *r;
	struct definition_view view;
	TRY(definition_view_parse(dc, SHAPE_RELATIONSHIP, false, cast, &view));
	TRY(any_find(dc, s, &r, &many));
	bool of_table = r ? is_of(r, t, which) : !t || (which == EXPAND_MANY_TO_MANY && (many->side[0] == t || many->side[1] == t));
	if (!of_table || !is_cast(r == NULL, cast))
		return missing(dc);
	struct json_writer w = answer_json(dc, 200);
	if (r)
		relationship_json(&w, r, view.own.select);
	else
		association_json(&w, many, view.own.select);
	return OK;
}

err related_one_get(struct data_call *dc, const struct table *t, enum definition_expand which, str cast)
{
	return one_get(dc, &dc->path.segment[1], t, which, cast);
}

err relationships_get(struct data_call *dc)
{
	struct definition_view view;
	size_t count;
	str cast = definition_cast(&dc->path, &count);
	if (count > 1 || !definition_cast_exists(SHAPE_RELATIONSHIP, cast))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(dc->path.segment[1].name));
	if (dc->path.segment[0].has_arguments)
		return one_get(dc, &dc->path.segment[0], NULL, EXPAND_MANY_TO_ONE, cast);
	TRY(definition_view_parse(dc, SHAPE_RELATIONSHIP, true, cast, &view));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	TRY(relationships_json(dc, &w, NULL, EXPAND_MANY_TO_ONE, &view.own));
	json_close_object(&w);
	return OK;
}

/* --- PUT --- */

static bool is_parental(str cascade)
{
	static const char *const actions[] = { "\"Assign\":\"Cascade\"", "\"Share\":\"Cascade\"", "\"Unshare\":\"Cascade\"",
					       "\"Reparent\":\"Cascade\"", "\"Delete\":\"Cascade\"" };
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_find(cascade, str_of(actions[i]), 0) == SIZE_MAX)
			return false;
	return true;
}

err cascade_check(struct data_call *dc, const struct table *referencing, str cascade, const struct uuid *except)
{
	struct relationship *list = NULL;
	size_t n = 0;
	bool reparents = str_find(cascade, S("\"Reparent\":\"NoCascade\""), 0) == SIZE_MAX;
	if (reparents && !table_is_owned(referencing))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Reparent cascades to rows of users and teams only.");
	if (!is_parental(cascade))
		return OK;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &n));
	for (size_t i = 0; i < n; i++)
		if (list[i].referencing == referencing && is_parental(list[i].cascade) && !(except && uuid_equal(except, &list[i].id)))
			return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "'%.*s' is the child in a parental relationship already: '%.*s'.",
				      STR_ARG(referencing->logical_name), STR_ARG(list[i].schema_name));
	return OK;
}

err relationship_put(struct data_call *dc)
{
	const struct relationship *r = NULL;
	const struct json *body, *in;
	str cascade;
	TRY(rights_customize(dc));
	err e = web_json(dc->web, &body);
	if (err_kind_of(e) == ERR_INVALID)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body is not valid JSON: %s.", err_why(e));
	TRY(e);
	TRY(relationship_find(dc, &r));
	in = json_member(body, S("CascadeConfiguration"));
	if (!json_is(in, JSON_OBJECT))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "The body must have a CascadeConfiguration.");
	TRY(cascade_parse(dc, in, &cascade));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(cascade_check(dc, r->referencing, cascade, &r->id));
	TRY(define_relationship_cascade(dc->app->store, &r->id, cascade));
	TRY(rights_definitions_changed(dc));
	TRY(definition_audit(dc, S("update.relationship"), &r->id, r->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

/* --- DELETE --- */

/* What refers to a definition blocks its removal (4.8: 405). */
err definition_removed(struct data_call *dc, err e)
{
	if (err_kind_of(e) == ERR_CONFLICT)
		return REFUSE(dc, 405, CODE_METHOD, "The definition cannot be removed: %s.", err_why(e));
	if (err_kind_of(e) == ERR_INVALID && !dc->problem.status)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "%s.", err_why(e));
	return e;
}

err table_delete(struct data_call *dc, const struct table *t)
{
	TRY(rights_customize(dc));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_removed(dc, define_table_remove(dc->app->store, dc->app->metadata, t, dc->arena)));
	TRY(rights_table_removed(dc, t));
	TRY(definition_audit(dc, S("delete.table"), &t->id, t->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

err column_delete(struct data_call *dc, const struct table *t, const struct column *c)
{
	TRY(rights_customize(dc));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_removed(dc, define_column_remove(dc->app->store, t, c, dc->arena)));
	TRY(rights_column_removed(dc, c));
	TRY(definition_audit(dc, S("delete.column"), &c->id, c->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}

err relationship_delete(struct data_call *dc)
{
	const struct association *many;
	const struct relationship *r;
	TRY(rights_customize(dc));
	TRY(any_find(dc, &dc->path.segment[0], &r, &many));
	if (many)
		return association_delete(dc, many);
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(definition_removed(dc, define_relationship_remove(dc->app->store, r->referencing, r->lookup, &r->id, dc->arena)));
	TRY(rights_column_removed(dc, r->lookup));
	TRY(definition_audit(dc, S("delete.relationship"), &r->id, r->schema_name));
	answer_empty(dc);
	TRY(transaction_commit(&tx));
	return data_app_reload(dc->app);
}
