/* data/solution_import.c - each component that is new or different as the request by which a person would make it. */
#include "data/solution_import.h"

#include "authz/roles.h"
#include "data/app.h"
#include "data/definitions.h"
#include "data/solution_step.h"
#include "data/sql_catalog.h"
#include "host/fault.h"

enum { BODY_BYTES_MAX = 4 << 20, STEP_MEMORY_BYTES = 8 << 20 };

struct applying {
	struct data_call *dc;
	const struct solution *there;
	const struct solution_plan *plan;
	struct arena *arena; /* of the present component */
};

/* --- bodies --- */

static void label_or_text(struct json_writer *w, str name, const struct json *v, enum member_wire wire)
{
	if (wire == WIRE_LABEL) {
		definition_label_json(w, name, v->text);
		return;
	}
	json_key(w, name);
	json_open_object(w);
	json_member_str(w, S("Value"), v->text);
	json_close_object(w);
}

static void options_body(struct json_writer *w, const struct json *v)
{
	json_key(w, S("OptionSet"));
	json_open_object(w);
	json_key(w, S("Options"));
	json_open_array(w);
	for (const struct json *o = v->first; o; o = o->next) {
		json_open_object(w);
		json_member_raw(w, S("Value"), o->first->text);
		definition_label_json(w, S("Label"), o->first->next->text);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

/* "maskingruleid" is bound by a navigation property that may be spelled otherwise. */
static err bind_body(struct applying *a, struct json_writer *w, const struct solution_member *m, const struct component *c)
{
	const struct table *t = metadata_table_by_set(a->dc->app->metadata, str_of(solution_rules[c->kind].set));
	const struct column *column = t ? table_column(t, str_of(m->name)) : NULL;
	const struct table *target = column && column->target_count ? metadata_table(a->dc->app->metadata, column->targets[0]) : NULL;
	struct uuid id;
	char text[UUID_TEXT_LEN + 1];
	if (!target)
		FAIL(ERR_INTERNAL, "a member of a solution is no lookup");
	TRY(uuid_parse(component_text(c, m->name), &id));
	id = solution_id_here(a->plan, &id);
	uuid_format(&id, text);
	str name = str_format(a->arena, "%.*s@odata.bind", STR_ARG(column->navigation));
	str value = str_format(a->arena, "%.*s(%s)", STR_ARG(target->entity_set), text);
	TRY_NEW(name.at);
	TRY_NEW(value.at);
	json_member_str(w, name, value);
	return OK;
}

static void tree_write(struct json_writer *w, const struct json *v)
{
	switch (v->kind) {
	case JSON_STRING:
		json_str(w, v->text);
		break;
	case JSON_NUMBER:
		json_raw(w, v->text);
		break;
	case JSON_ARRAY:
		json_open_array(w);
		for (const struct json *e = v->first; e; e = e->next)
			json_str(w, e->text);
		json_close_array(w);
		break;
	case JSON_OBJECT:
		json_open_object(w);
		for (const struct json *e = v->first; e; e = e->next)
			json_member_str(w, e->name, e->text);
		json_close_object(w);
		break;
	default:
		json_bool(w, v->kind == JSON_TRUE);
		break;
	}
}

static err member_body(struct applying *a, struct json_writer *w, const struct solution_member *m, const struct component *c,
		       const struct json *v)
{
	switch (m->wire) {
	case WIRE_LABEL:
	case WIRE_MANAGED:
		label_or_text(w, str_of(m->name), v, m->wire);
		return OK;
	case WIRE_OPTIONS:
		options_body(w, v);
		return OK;
	case WIRE_BIND:
		return bind_body(a, w, m, c);
	case WIRE_RAW:
		json_member_raw(w, str_of(m->name), v->text);
		return OK;
	case WIRE_SAME:
		json_key(w, str_of(m->name));
		tree_write(w, v);
		return OK;
	default:
		return OK;
	}
}

/* Without the braces. `members`: which, as bits. */
static err members_body(struct applying *a, struct json_writer *w, const struct component *c, unsigned members)
{
	const struct solution_member *m = solution_rules[c->kind].members;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++)
		if (c->values[i] && (members >> i & 1u))
			TRY(member_body(a, w, &m[i], c, c->values[i]));
	return OK;
}

static void type_member(struct applying *a, struct json_writer *w, str type, const char *suffix)
{
	json_member_str(w, S("@odata.type"), str_format(a->arena, "Microsoft.Dynamics.CRM.%.*s%s", STR_ARG(type), suffix));
}

static err column_body(struct applying *a, struct json_writer *w, const struct component *c, const struct uuid *id)
{
	json_open_object(w);
	str type = component_text(c, "AttributeType");
	bool date = str_equal(type, S("DateOnly"));
	type_member(a, w, date ? S("DateTime") : type, "AttributeMetadata");
	if (date)
		json_member_str(w, S("Format"), type);
	json_member_uuid(w, S("MetadataId"), id);
	TRY(members_body(a, w, c, ~0u));
	json_close_object(w);
	return OK;
}

static err lookup_body(struct applying *a, struct json_writer *w, const struct component *c)
{
	json_key(w, S("Lookup"));
	json_open_object(w);
	type_member(a, w, S("Lookup"), "AttributeMetadata");
	json_member_str(w, S("MetadataId"), component_text(c, "LookupId"));
	json_member_str(w, S("SchemaName"), component_text(c, "LookupSchemaName"));
	definition_label_json(w, S("DisplayName"), component_text(c, "LookupDisplayName"));
	json_member_str(w, S("RequiredLevel"), component_text(c, "LookupRequiredLevel"));
	json_close_object(w);
	return OK;
}

static bool is_primary_name(const struct component *c)
{
	return c->kind == SOLUTION_COLUMN && json_is(component_value(c, "IsPrimaryName"), JSON_TRUE);
}

/* A table comes with its primary name. */
static err primary_name_body(struct applying *a, struct json_writer *w, const struct component *table)
{
	str schema = component_text(table, "SchemaName");
	json_key(w, S("Attributes"));
	json_open_array(w);
	for (size_t i = 0; i < a->there->count; i++) {
		const struct component *c = &a->there->components[i];
		if (is_primary_name(c) && str_equal_nocase(component_text(c, "Table"), schema))
			TRY(column_body(a, w, c, &c->id));
	}
	json_close_array(w);
	return OK;
}

/* --- requests --- */

/* What stands in quotes in an address. */
static err name_check(struct applying *a, str name)
{
	return solution_name_is_valid(name) ? OK : REFUSE(a->dc, 400, CODE_INVALID_ARGUMENT, "'%.*s' is no table's name.", STR_ARG(name));
}

static err request(struct applying *a, enum http_method method, str target, const struct buffer *body)
{
	const struct json *ignored;
	TRY_NEW(target.at);
	if (body->failed)
		return REFUSE(a->dc, 413, CODE_INVALID_ARGUMENT, "A component is too large.");
	return solution_step(a->dc, method, target, buffer_str(body), a->arena, &ignored);
}

static err target_of_new(struct applying *a, const struct component *c, str *out)
{
	bool column = c->kind == SOLUTION_COLUMN;
	*out = S("RelationshipDefinitions");
	if (c->kind == SOLUTION_TABLE)
		*out = S("EntityDefinitions");
	if (!column && c->kind != SOLUTION_KEY)
		return OK;
	TRY(name_check(a, component_text(c, "Table")));
	*out = str_format(a->arena, "EntityDefinitions(LogicalName='%.*s')/%s", STR_ARG(component_text(c, "Table")), column ? "Attributes" : "Keys");
	return OK;
}

static err definition_body_of(struct applying *a, struct json_writer *w, const struct component *c)
{
	static const char *const types[] = { [SOLUTION_TABLE] = "EntityMetadata", [SOLUTION_RELATIONSHIP] = "OneToManyRelationshipMetadata",
		[SOLUTION_ASSOCIATION] = "ManyToManyRelationshipMetadata", [SOLUTION_KEY] = "EntityKeyMetadata" };
	if (c->kind == SOLUTION_COLUMN)
		return column_body(a, w, c, &c->id);
	json_open_object(w);
	type_member(a, w, str_of(types[c->kind]), "");
	json_member_uuid(w, S("MetadataId"), &c->id);
	TRY(members_body(a, w, c, ~0u));
	if (c->kind == SOLUTION_TABLE)
		TRY(primary_name_body(a, w, c));
	if (c->kind == SOLUTION_RELATIONSHIP)
		TRY(lookup_body(a, w, c));
	json_close_object(w);
	return OK;
}

static err type_code_body(struct applying *a, struct json_writer *w, const struct component *c)
{
	const struct table *t = metadata_table(a->dc->app->metadata, component_text(c, "entityname"));
	if (!t)
		return REFUSE(a->dc, 400, CODE_INVALID_ARGUMENT, "entityname must name a table.");
	json_member_i64(w, S("objecttypecode"), t->object_type_code);
	return OK;
}

static err row_body(struct applying *a, struct json_writer *w, const struct component *c)
{
	json_open_object(w);
	json_member_uuid(w, str_of(solution_rules[c->kind].id), &c->id);
	TRY(members_body(a, w, c, ~0u));
	if (c->kind == SOLUTION_TEMPLATE)
		TRY(type_code_body(a, w, c));
	json_close_object(w);
	return OK;
}

/* --- privileges of a role --- */

static err privilege_find(struct applying *a, str name, struct uuid *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(a->dc->app->store, &SQL_PRIVILEGE_BY_NAME, &s));
	TRY(bind_text(&s, 1, name));
	TRY(statement_step(&s, &row));
	if (!row)
		return REFUSE(a->dc, 400, CODE_INVALID_ARGUMENT, "There is no privilege '%.*s' here.", STR_ARG(name));
	*out = column_uuid(&s, 0);
	return OK;
}

static err privileges_body(struct applying *a, struct json_writer *w, const struct json *list)
{
	json_open_object(w);
	json_key(w, S("Privileges"));
	json_open_array(w);
	for (const struct json *p = list->first; p; p = p->next) {
		struct uuid id;
		TRY(privilege_find(a, p->name, &id));
		json_open_object(w);
		json_member_uuid(w, S("PrivilegeId"), &id);
		json_member_str(w, S("Depth"), p->text);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
	return OK;
}

static err privileges_add(struct applying *a, const struct component *c, const struct uuid *role)
{
	const struct json *list = component_value(c, "privileges");
	SCOPED(buffer) body = { 0 };
	char id[UUID_TEXT_LEN + 1];
	buffer_init(&body, BODY_BYTES_MAX);
	struct json_writer w = json_writer_to(&body);
	if (!list || !list->count)
		return OK;
	TRY(privileges_body(a, &w, list));
	uuid_format(role, id);
	return request(a, HTTP_POST, str_format(a->arena, "roles(%s)/Microsoft.Dynamics.CRM.AddPrivilegesRole", id), &body);
}

/* --- one component --- */

static err component_add(struct applying *a, const struct component *c)
{
	bool definition = !solution_rules[c->kind].set;
	str target = { 0 };
	SCOPED(buffer) body = { 0 };
	buffer_init(&body, BODY_BYTES_MAX);
	struct json_writer w = json_writer_to(&body);
	TRY(definition ? definition_body_of(a, &w, c) : row_body(a, &w, c));
	if (definition)
		TRY(target_of_new(a, c, &target));
	else
		target = str_of(solution_rules[c->kind].set);
	TRY(request(a, HTTP_POST, target, &body));
	return c->kind == SOLUTION_ROLE ? privileges_add(a, c, &c->id) : OK;
}

/* A definition is put whole: what the document does not say stays as it is. */
static struct component merged(const struct solution_change *change)
{
	struct component c = *change->there;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX; i++)
		c.values[i] = c.values[i] ? c.values[i] : change->here->values[i];
	return c;
}

static err definition_alter(struct applying *a, const struct solution_change *change)
{
	const struct component whole = merged(change);
	SCOPED(buffer) body = { 0 };
	char id[UUID_TEXT_LEN + 1];
	buffer_init(&body, BODY_BYTES_MAX);
	struct json_writer w = json_writer_to(&body);
	uuid_format(&change->here->id, id);
	if (whole.kind == SOLUTION_COLUMN) {
		str table = component_text(change->here, "Table");
		TRY(column_body(a, &w, &whole, &change->here->id));
		return request(a, HTTP_PUT, str_format(a->arena, "EntityDefinitions(LogicalName='%.*s')/Attributes(%s)", STR_ARG(table), id), &body);
	}
	json_open_object(&w);
	TRY(members_body(a, &w, &whole, ~0u));
	json_close_object(&w);
	return request(a, HTTP_PUT, str_format(a->arena, "%s(%s)", whole.kind == SOLUTION_TABLE ? "EntityDefinitions" : "RelationshipDefinitions", id), &body);
}

static unsigned wire_members(const struct solution_change *change)
{
	const struct solution_member *m = solution_rules[change->there->kind].members;
	unsigned out = change->members;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++)
		out &= m[i].wire == WIRE_ELSEWHERE ? ~(1u << i) : ~0u;
	return out;
}

static err row_alter(struct applying *a, const struct solution_change *change)
{
	SCOPED(buffer) body = { 0 };
	char id[UUID_TEXT_LEN + 1];
	unsigned members = wire_members(change);
	buffer_init(&body, BODY_BYTES_MAX);
	struct json_writer w = json_writer_to(&body);
	uuid_format(&change->here->id, id);
	json_open_object(&w);
	TRY(members_body(a, &w, change->there, members));
	json_close_object(&w);
	if (members)
		TRY(request(a, HTTP_PATCH, str_format(a->arena, "%s(%s)", solution_rules[change->there->kind].set, id), &body));
	return change->members == members ? OK : privileges_add(a, change->there, &change->here->id);
}

/* Was it made with its table? */
static bool is_there_already(struct applying *a, const struct solution_change *change)
{
	if (!is_primary_name(change->there))
		return false;
	const struct table *t = metadata_table(a->dc->app->metadata, component_text(change->there, "Table"));
	return t && t->primary_name && uuid_equal(&t->primary_name->id, &change->there->id);
}

static err change_apply(struct applying *a, const struct solution_change *change)
{
	if (change->state == CHANGE_SAME || (change->state == CHANGE_ADD && is_there_already(a, change)))
		return OK;
	if (change->state == CHANGE_ADD)
		return component_add(a, change->there);
	if (change->state != CHANGE_ALTER)
		FAIL(ERR_INTERNAL, "a plan with conflicts is not carried out");
	return solution_rules[change->there->kind].set ? row_alter(a, change) : definition_alter(a, change);
}

/* Says which component it was. */
static err blame(struct data_call *dc, const struct component *c, err why)
{
	struct problem said = dc->problem;
	if (!said.status)
		return why;
	dc->problem = (struct problem){ 0 };
	return REFUSE(dc, said.status, said.code.at, "%s %.*s: %.*s", solution_rules[c->kind].name, STR_ARG(c->title), STR_ARG(said.message));
}

err solution_apply(struct data_call *dc, const struct solution *there, const struct solution_plan *plan)
{
	struct applying a = { .dc = dc, .there = there, .plan = plan, .arena = arena_new(STEP_MEMORY_BYTES) };
	err e = OK;
	if (!a.arena)
		FAIL(ERR_LIMIT, "no memory for an import");
	for (size_t i = 0; i < plan->count && !failed(e); i++) {
		arena_reset(a.arena);
		e = change_apply(&a, &plan->changes[i]);
		if (failed(e))
			e = blame(dc, plan->changes[i].there, e);
		FAULT("data.solution.after_step");
	}
	arena_free(a.arena);
	return e;
}
