/* data/solution_read.c - definitions from the metadata, rows by the caller's own requests. */
#include "data/solution_read.h"

#include <stdlib.h>

#include "authz/evaluate.h"
#include "data/app.h"
#include "data/definitions.h"
#include "data/solution_step.h"
#include "data/sql_catalog.h"
#include "data/value.h"
#include "metadata/relationship.h"

struct reading {
	struct data_call *dc;
	const struct json *tables; /* null: all */
	struct arena *arena;
	struct solution *out;
};

/* --- components --- */

static err component_new(struct reading *r, enum solution_kind kind, const struct uuid *id, struct component **out)
{
	if (r->out->count == SOLUTION_COMPONENTS_MAX)
		return REFUSE(r->dc, 413, CODE_INVALID_ARGUMENT, "There are more than %d components: name the tables.", SOLUTION_COMPONENTS_MAX);
	*out = &r->out->components[r->out->count++];
	(*out)->kind = kind;
	(*out)->id = *id;
	return OK;
}

static err put_tree(struct component *c, const char *name, const struct json *tree)
{
	const struct solution_member *m = solution_rules[c->kind].members;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++) {
		if (!str_equal(str_of(m[i].name), str_of(name)))
			continue;
		c->values[i] = tree;
		return OK;
	}
	FAIL(ERR_INTERNAL, "a kind of component lacks a member");
}

static err put(struct reading *r, struct component *c, const char *name, enum json_kind kind, str text)
{
	struct json *v = NEW(r->arena, struct json);
	TRY_NEW(v);
	*v = (struct json){ .kind = kind, .text = str_copy(r->arena, text) };
	TRY_NEW(v->text.at);
	return put_tree(c, name, v);
}

static err put_text(struct reading *r, struct component *c, const char *name, str text)
{
	return text.len ? put(r, c, name, JSON_STRING, text) : OK;
}

static err put_flag(struct reading *r, struct component *c, const char *name, bool value)
{
	return put(r, c, name, value ? JSON_TRUE : JSON_FALSE, S(""));
}

static err put_number(struct reading *r, struct component *c, const char *name, int64_t value)
{
	str text = str_format(r->arena, "%lld", (long long)value);
	TRY_NEW(text.at);
	return put(r, c, name, JSON_NUMBER, text);
}

/* JSON of this process's own making. */
static err put_json(struct reading *r, struct component *c, const char *name, str json)
{
	const struct json *tree;
	TRY(json_parse(bytes_of_str(json), JSON_LIMITS_DEFAULT, r->arena, &tree, NULL));
	return put_tree(c, name, tree);
}

/* --- which tables --- */

static bool is_listed(const struct reading *r, str table)
{
	for (const struct json *n = r->tables ? r->tables->first : NULL; n; n = n->next)
		if (str_equal(n->text, table))
			return true;
	return !r->tables;
}

static bool is_custom(const struct table *t)
{
	return t && !t->builtin;
}

static bool is_wanted(const struct reading *r, const struct table *t)
{
	return is_custom(t) && is_listed(r, t->logical_name);
}

static bool is_wanted_name(const struct reading *r, str name)
{
	return is_wanted(r, metadata_table(r->dc->app->metadata, name));
}

/* --- definitions --- */

static err table_read(struct reading *r, const struct table *t)
{
	struct component *c;
	TRY(component_new(r, SOLUTION_TABLE, &t->id, &c));
	TRY(put_text(r, c, "SchemaName", t->schema_name));
	TRY(put_text(r, c, "EntitySetName", t->entity_set));
	TRY(put_text(r, c, "DisplayName", t->display_name));
	TRY(put_text(r, c, "DisplayCollectionName", t->display_collection_name));
	TRY(put_text(r, c, "Description", t->description));
	TRY(put_text(r, c, "OwnershipType", table_is_owned(t) ? S("UserOwned") : S("OrganizationOwned")));
	TRY(put_text(r, c, "TableClass", t->class == CLASS_ADMIN ? S("Administration") : S("Business")));
	return put_flag(r, c, "AutoCreateAccessTeams", t->access_teams);
}

static str level_of(const struct column *c)
{
	return c->flags & COLUMN_REQUIRED ? S("ApplicationRequired") : S("None");
}

static err put_bound(struct reading *r, struct component *c, const char *name, const struct column *column, int64_t bound)
{
	const struct value value = { .kind = VALUE_I64, .i64 = bound };
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 64);
	struct json_writer w = json_writer_to(&text);
	value_write(&w, column, &value);
	return put_text(r, c, name, buffer_str(&text));
}

static err limits_read(struct reading *r, const struct column *column, struct component *c)
{
	bool decimal = column->type == TYPE_DECIMAL || column->type == TYPE_MONEY;
	if (column->length_max)
		TRY(put_number(r, c, "MaxLength", column->length_max));
	if (decimal)
		TRY(put_number(r, c, "Precision", column->precision));
	if (!decimal && column->type != TYPE_INTEGER && column->type != TYPE_BIGINT)
		return OK;
	TRY(put_bound(r, c, "MinValue", column, column->min));
	return put_bound(r, c, "MaxValue", column, column->max);
}

static err options_read(struct reading *r, const struct column *column, struct component *c)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 1 << 20);
	struct json_writer w = json_writer_to(&text);
	if (column->type != TYPE_PICKLIST && column->type != TYPE_CHOICES)
		return OK;
	json_open_array(&w);
	for (size_t i = 0; i < column->option_count; i++) {
		json_open_array(&w);
		json_i64(&w, column->options[i].value);
		json_str(&w, column->options[i].label);
		json_close_array(&w);
	}
	json_close_array(&w);
	return put_json(r, c, "Options", buffer_str(&text));
}

static err column_read(struct reading *r, const struct table *t, const struct column *column)
{
	struct component *c;
	if (!(column->flags & COLUMN_CUSTOM) || column_is_lookup(column))
		return OK;
	TRY(component_new(r, SOLUTION_COLUMN, &column->id, &c));
	TRY(put_text(r, c, "Table", t->logical_name));
	TRY(put_text(r, c, "SchemaName", column->schema_name));
	TRY(put_text(r, c, "AttributeType", definition_kind_name(column)));
	TRY(put_text(r, c, "DisplayName", column->display_name));
	TRY(put_text(r, c, "RequiredLevel", level_of(column)));
	TRY(put_flag(r, c, "IsSecured", column->flags & COLUMN_SECURED));
	TRY(put_flag(r, c, "IsPrimaryName", column->flags & COLUMN_PRIMARY_NAME));
	TRY(limits_read(r, column, c));
	return options_read(r, column, c);
}

static err key_read(struct reading *r, const struct table *t, const struct table_key *k)
{
	struct component *c;
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 4096);
	struct json_writer w = json_writer_to(&text);
	json_open_array(&w);
	for (size_t i = 0; i < k->column_count; i++)
		json_str(&w, k->columns[i]->logical_name);
	json_close_array(&w);
	TRY(component_new(r, SOLUTION_KEY, &k->id, &c));
	TRY(put_text(r, c, "Table", t->logical_name));
	TRY(put_text(r, c, "SchemaName", k->schema_name));
	TRY(put_text(r, c, "DisplayName", k->display_name));
	return put_json(r, c, "KeyAttributes", buffer_str(&text));
}

static err tables_read(struct reading *r)
{
	const struct metadata *m = r->dc->app->metadata;
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		const struct table *t = m->by_ordinal[i];
		if (!is_wanted(r, t))
			continue;
		TRY(table_read(r, t));
		for (size_t k = 0; k < t->column_count; k++)
			TRY(column_read(r, t, &t->columns[k]));
		for (size_t k = 0; k < t->key_count; k++)
			TRY(key_read(r, t, &t->keys[k]));
	}
	return OK;
}

/* Both ends are in it, or the parent is everywhere. */
static err relationship_read(struct reading *r, const struct relationship *in)
{
	struct component *c;
	char id[UUID_TEXT_LEN + 1];
	if (!is_wanted(r, in->referencing) || (is_custom(in->referenced) && !is_wanted(r, in->referenced)))
		return OK;
	uuid_format(&in->lookup->id, id);
	TRY(component_new(r, SOLUTION_RELATIONSHIP, &in->id, &c));
	TRY(put_text(r, c, "SchemaName", in->schema_name));
	TRY(put_text(r, c, "ReferencedEntity", in->referenced->logical_name));
	TRY(put_text(r, c, "ReferencingEntity", in->referencing->logical_name));
	TRY(put_text(r, c, "LookupId", str_of(id)));
	TRY(put_text(r, c, "LookupSchemaName", in->lookup->schema_name));
	TRY(put_text(r, c, "LookupDisplayName", in->lookup->display_name));
	TRY(put_text(r, c, "LookupRequiredLevel", level_of(in->lookup)));
	return put_json(r, c, "CascadeConfiguration", in->cascade);
}

static err association_read(struct reading *r, const struct association *a)
{
	struct component *c;
	if (!is_wanted(r, a->side[0]) || !is_wanted(r, a->side[1]))
		return OK;
	TRY(component_new(r, SOLUTION_ASSOCIATION, &a->id, &c));
	TRY(put_text(r, c, "SchemaName", a->schema_name));
	TRY(put_text(r, c, "IntersectEntityName", a->pairs));
	TRY(put_text(r, c, "Entity1LogicalName", a->side[0]->logical_name));
	TRY(put_text(r, c, "Entity1NavigationPropertyName", a->navigation[0]));
	TRY(put_text(r, c, "Entity2LogicalName", a->side[1]->logical_name));
	return put_text(r, c, "Entity2NavigationPropertyName", a->navigation[1]);
}

static err relationships_of_all(struct reading *r)
{
	const struct metadata *m = r->dc->app->metadata;
	struct relationship *list = NULL;
	size_t n = 0;
	TRY(relationships_read(r->dc->app->store, m, r->arena, &list, &n));
	for (size_t i = 0; i < n; i++)
		TRY(relationship_read(r, &list[i]));
	for (size_t i = 0; i < m->association_count; i++)
		TRY(association_read(r, &m->associations[i]));
	return OK;
}

/* --- rows --- */

static err member_read(struct reading *r, const struct json *row, const struct solution_member *m, struct component *c)
{
	const struct json *v = NULL;
	int64_t code;
	if (m->type == MEMBER_ID) {
		str name = str_format(r->arena, "_%s_value", m->name);
		TRY_NEW(name.at);
		v = json_member(row, name);
	} else if (c->kind == SOLUTION_TEMPLATE && m->wire == WIRE_ELSEWHERE) {
		const struct table *t = json_member_is_i64(row, S("objecttypecode"), &code) ?
						metadata_table_by_type_code(r->dc->app->metadata, (int32_t)code) : NULL;
		return put_text(r, c, m->name, t ? t->logical_name : S(""));
	} else {
		v = json_member(row, str_of(m->name));
	}
	return v && v->kind != JSON_NULL ? put_tree(c, m->name, v) : OK;
}

/* Policies are read before what they constrain. */
static bool policy_is_there(const struct reading *r, const struct json *row)
{
	struct uuid id;
	str text;
	if (!json_member_is_str(row, S("_rowpolicyid_value"), &text) || failed(uuid_parse(text, &id)))
		return false;
	for (size_t i = 0; i < r->out->count; i++)
		if (r->out->components[i].kind == SOLUTION_POLICY && uuid_equal(&r->out->components[i].id, &id))
			return true;
	return false;
}

static bool row_is_wanted(const struct reading *r, enum solution_kind kind, const struct json *row)
{
	str table;
	int64_t code;
	if (kind == SOLUTION_CONSTRAINT && !policy_is_there(r, row))
		return false;
	if (json_member_is_str(row, S("entityname"), &table))
		return is_wanted_name(r, table);
	if (kind != SOLUTION_TEMPLATE)
		return true;
	return json_member_is_i64(row, S("objecttypecode"), &code) &&
	       is_wanted(r, metadata_table_by_type_code(r->dc->app->metadata, (int32_t)code));
}

static err row_read(struct reading *r, enum solution_kind kind, const struct json *row, struct component **out)
{
	const struct solution_rule *rule = &solution_rules[kind];
	struct uuid id;
	str text;
	if (!json_member_is_str(row, str_of(rule->id), &text) || failed(uuid_parse(text, &id)))
		FAIL(ERR_INTERNAL, "a row without its id");
	TRY(component_new(r, kind, &id, out));
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && rule->members[i].name; i++)
		if (kind != SOLUTION_ROLE || rule->members[i].wire != WIRE_ELSEWHERE)
			TRY(member_read(r, row, &rule->members[i], *out));
	return OK;
}

static err rows_read(struct reading *r, enum solution_kind kind)
{
	const struct json *answer = NULL;
	struct component *ignored;
	TRY(solution_step(r->dc, HTTP_GET, str_of(solution_rules[kind].set), S(""), r->arena, &answer));
	if (json_member(answer, S("@odata.nextLink")))
		return REFUSE(r->dc, 413, CODE_INVALID_ARGUMENT, "There are too many rows of %s for a solution.", solution_rules[kind].set);
	const struct json *list = json_member(answer, S("value"));
	for (const struct json *row = list ? list->first : NULL; row; row = row->next)
		if (row_is_wanted(r, kind, row))
			TRY(row_read(r, kind, row, &ignored));
	return OK;
}

/* --- roles --- */

/* "prvReadnew_case" of a table that is left out. */
static bool is_of_other_table(const struct reading *r, str privilege)
{
	static const char *const rights[] = { "Create", "Read", "Write", "Delete", "AppendTo", "Append", "Assign", "Share" };
	str rest = str_from(privilege, 3);
	for (size_t i = 0; i < COUNT_OF(rights); i++) {
		if (!str_starts_with(rest, str_of(rights[i])))
			continue;
		const struct table *t = metadata_table(r->dc->app->metadata, str_from(rest, strlen(rights[i])));
		if (t)
			return is_custom(t) && !is_listed(r, t->logical_name);
	}
	return false;
}

struct granted {
	str name, depth;
};

static int by_name(const void *a, const void *b)
{
	return str_compare(((const struct granted *)a)->name, ((const struct granted *)b)->name);
}

static err granted_put(struct reading *r, struct component *c, struct granted *list, size_t n)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 4 << 20);
	struct json_writer w = json_writer_to(&text);
	if (n)
		qsort(list, n, sizeof *list, by_name);
	json_open_object(&w);
	for (size_t i = 0; i < n; i++)
		json_member_str(&w, list[i].name, list[i].depth);
	json_close_object(&w);
	return put_json(r, c, "privileges", buffer_str(&text));
}

static err privileges_read(struct reading *r, const char *id, struct component *c)
{
	const struct json *answer = NULL;
	str path = str_format(r->arena, "RetrieveRolePrivilegesRole(RoleId=%s)", id);
	TRY_NEW(path.at);
	TRY(solution_step(r->dc, HTTP_GET, path, S(""), r->arena, &answer));
	const struct json *list = json_member(answer, S("RolePrivileges"));
	struct granted *granted = NEW_ARRAY(r->arena, struct granted, list ? list->count : 0);
	size_t n = 0;
	TRY_NEW(granted);
	for (const struct json *p = list ? list->first : NULL; p; p = p->next)
		if (json_member_is_str(p, S("PrivilegeName"), &granted[n].name) && json_member_is_str(p, S("Depth"), &granted[n].depth) &&
		    !is_of_other_table(r, granted[n].name))
			n++;
	return granted_put(r, c, granted, n);
}

static err role_read(struct reading *r, const struct uuid *id)
{
	const struct json *row = NULL;
	struct component *c;
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	str path = str_format(r->arena, "roles(%s)?$select=name,isinherited,contextstring,xdsbypass", text);
	TRY_NEW(path.at);
	TRY(solution_step(r->dc, HTTP_GET, path, S(""), r->arena, &row));
	TRY(row_read(r, SOLUTION_ROLE, row, &c));
	return privileges_read(r, text, c);
}

static err role_ids(struct reading *r, struct uuid **out, size_t *out_count)
{
	SCOPED(statement) s = { 0 };
	*out = NEW_ARRAY(r->arena, struct uuid, SOLUTION_COMPONENTS_MAX);
	TRY_NEW(*out);
	TRY(statement_open(r->dc->app->store, &SQL_SOLUTION_ROLES, &s));
	for (bool row; *out_count < SOLUTION_COMPONENTS_MAX;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		(*out)[(*out_count)++] = column_uuid(&s, 0);
	}
	return OK;
}

static err roles_read(struct reading *r)
{
	struct uuid *ids = NULL;
	size_t n = 0;
	TRY(role_ids(r, &ids, &n));
	for (size_t i = 0; i < n; i++)
		TRY(role_read(r, &ids[i]));
	return OK;
}

/* --- all --- */

/* Of other programs' resources: System Customizers, who do not read them, export the rest. */
static bool externals_are_readable(struct data_call *dc)
{
	const struct table *t = metadata_table(dc->app->metadata, S("externaltype"));
	struct decision d = { .reason = REASON_NONE };
	if (t)
		d = authz_check_privilege(dc->caller.context, t, RIGHT_READ);
	return t && allowed(&d);
}

err solution_read(struct data_call *dc, const struct json *tables, struct arena *arena, struct solution *out)
{
	struct reading r = { dc, tables, arena, out };
	bool externals = externals_are_readable(dc);
	out->components = NEW_ARRAY(arena, struct component, SOLUTION_COMPONENTS_MAX);
	out->count = 0;
	TRY_NEW(out->components);
	for (const struct json *n = tables ? tables->first : NULL; n; n = n->next)
		if (n->kind != JSON_STRING || !is_custom(metadata_table(dc->app->metadata, n->text)))
			return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Tables holds logical names of tables that were defined here.");
	TRY(tables_read(&r));
	TRY(relationships_of_all(&r));
	for (int kind = SOLUTION_MASK; kind < (externals ? SOLUTION_KINDS : SOLUTION_EXTERNAL); kind++)
		TRY(kind == SOLUTION_ROLE ? roles_read(&r) : rows_read(&r, (enum solution_kind)kind));
	return solution_finish(out, arena);
}
