/* data/solution_kinds.c - the kinds of components, and what each has. */
#include "data/solution.h"

#include <stdlib.h>

enum { N = MEMBER_NAME | MEMBER_REQUIRED | MEMBER_FIXED, R = MEMBER_REQUIRED, F = MEMBER_FIXED, RF = MEMBER_REQUIRED | MEMBER_FIXED,
	NR = MEMBER_NAME | MEMBER_REQUIRED, C = MEMBER_REQUIRED | MEMBER_CARRIED };

const struct solution_rule solution_rules[SOLUTION_KINDS] = {
	[SOLUTION_TABLE] = { "table", NULL, NULL, {
		{ "SchemaName", MEMBER_TEXT, N, 0 }, { "EntitySetName", MEMBER_TEXT, RF, 0 }, { "DisplayName", MEMBER_TEXT, 0, WIRE_LABEL },
		{ "DisplayCollectionName", MEMBER_TEXT, 0, WIRE_LABEL }, { "Description", MEMBER_TEXT, 0, WIRE_LABEL },
		{ "OwnershipType", MEMBER_TEXT, RF, 0 }, { "TableClass", MEMBER_TEXT, RF, 0 }, { "AutoCreateAccessTeams", MEMBER_FLAG, R, 0 } } },
	[SOLUTION_COLUMN] = { "column", NULL, NULL, {
		{ "Table", MEMBER_TEXT, N, WIRE_ELSEWHERE }, { "SchemaName", MEMBER_TEXT, N, 0 }, { "AttributeType", MEMBER_TEXT, RF, WIRE_ELSEWHERE },
		{ "DisplayName", MEMBER_TEXT, 0, WIRE_LABEL }, { "RequiredLevel", MEMBER_TEXT, R, WIRE_MANAGED }, { "IsSecured", MEMBER_FLAG, R, 0 },
		{ "IsPrimaryName", MEMBER_FLAG, RF, 0 }, { "MaxLength", MEMBER_NUMBER, F, 0 }, { "Precision", MEMBER_NUMBER, F, 0 },
		{ "MinValue", MEMBER_DECIMAL, F, WIRE_RAW }, { "MaxValue", MEMBER_DECIMAL, F, WIRE_RAW }, { "Options", MEMBER_OPTIONS, 0, WIRE_OPTIONS } } },
	[SOLUTION_RELATIONSHIP] = { "relationship", NULL, NULL, {
		{ "SchemaName", MEMBER_TEXT, N, 0 }, { "ReferencedEntity", MEMBER_TEXT, RF, 0 }, { "ReferencingEntity", MEMBER_TEXT, RF, 0 },
		{ "LookupId", MEMBER_ID, C, WIRE_ELSEWHERE }, { "LookupSchemaName", MEMBER_TEXT, RF, WIRE_ELSEWHERE },
		{ "LookupDisplayName", MEMBER_TEXT, F, WIRE_ELSEWHERE }, { "LookupRequiredLevel", MEMBER_TEXT, RF, WIRE_ELSEWHERE },
		{ "CascadeConfiguration", MEMBER_TEXTS, R, 0 } } },
	[SOLUTION_ASSOCIATION] = { "association", NULL, NULL, {
		{ "SchemaName", MEMBER_TEXT, N, 0 }, { "IntersectEntityName", MEMBER_TEXT, RF, 0 }, { "Entity1LogicalName", MEMBER_TEXT, RF, 0 },
		{ "Entity1NavigationPropertyName", MEMBER_TEXT, RF, 0 }, { "Entity2LogicalName", MEMBER_TEXT, RF, 0 },
		{ "Entity2NavigationPropertyName", MEMBER_TEXT, RF, 0 } } },
	[SOLUTION_KEY] = { "key", NULL, NULL, {
		{ "Table", MEMBER_TEXT, N, WIRE_ELSEWHERE }, { "SchemaName", MEMBER_TEXT, N, 0 }, { "DisplayName", MEMBER_TEXT, F, WIRE_LABEL },
		{ "KeyAttributes", MEMBER_LIST, RF, 0 } } },
	[SOLUTION_MASK] = { "maskingrule", "maskingrules", "maskingruleid", {
		{ "name", MEMBER_TEXT, NR, 0 }, { "displayname", MEMBER_TEXT, 0, 0 }, { "regularexpression", MEMBER_TEXT, R, 0 },
		{ "maskedcharacter", MEMBER_TEXT, 0, 0 } } },
	[SOLUTION_COLUMN_MASK] = { "attributemaskingrule", "attributemaskingrules", "attributemaskingruleid", {
		{ "uniquename", MEMBER_TEXT, N, 0 }, { "entityname", MEMBER_TEXT, RF, 0 }, { "attributelogicalname", MEMBER_TEXT, RF, 0 },
		{ "maskingruleid", MEMBER_ID, RF, WIRE_BIND } } },
	[SOLUTION_PROFILE] = { "fieldsecurityprofile", "fieldsecurityprofiles", "fieldsecurityprofileid", {
		{ "name", MEMBER_TEXT, NR, 0 }, { "description", MEMBER_TEXT, 0, 0 } } },
	[SOLUTION_PERMISSION] = { "fieldpermission", "fieldpermissions", "fieldpermissionid", {
		{ "fieldsecurityprofileid", MEMBER_ID, N, WIRE_BIND }, { "entityname", MEMBER_TEXT, N, 0 }, { "attributelogicalname", MEMBER_TEXT, N, 0 },
		{ "canread", MEMBER_NUMBER, R, 0 }, { "cancreate", MEMBER_NUMBER, R, 0 }, { "canupdate", MEMBER_NUMBER, R, 0 },
		{ "canreadunmasked", MEMBER_NUMBER, R, 0 } } },
	[SOLUTION_ROLE] = { "role", "roles", "roleid", {
		{ "name", MEMBER_TEXT, NR, 0 }, { "isinherited", MEMBER_NUMBER, R, 0 }, { "contextstring", MEMBER_TEXT, 0, 0 },
		{ "xdsbypass", MEMBER_FLAG, 0, 0 }, { "privileges", MEMBER_TEXTS, R, WIRE_ELSEWHERE } } },
	[SOLUTION_POLICY] = { "rowpolicy", "rowpolicies", "rowpolicyid", {
		{ "name", MEMBER_TEXT, NR, 0 }, { "entityname", MEMBER_TEXT, RF, 0 }, { "query", MEMBER_TEXT, R, 0 },
		{ "constrainprimary", MEMBER_FLAG, R, 0 }, { "contexttype", MEMBER_NUMBER, R, 0 }, { "contextvalue", MEMBER_TEXT, R, 0 },
		{ "operations", MEMBER_NUMBER, R, 0 }, { "isenabled", MEMBER_FLAG, R, 0 }, { "usenotexists", MEMBER_FLAG, 0, 0 },
		{ "forced", MEMBER_FLAG, 0, 0 } } },
	[SOLUTION_CONSTRAINT] = { "rowpolicyconstraint", "rowpolicyconstraints", "rowpolicyconstraintid", {
		{ "rowpolicyid", MEMBER_ID, N, WIRE_BIND }, { "entityname", MEMBER_TEXT, N, 0 }, { "path", MEMBER_TEXT, NR, 0 },
		{ "forced", MEMBER_FLAG, 0, 0 } } },
	[SOLUTION_TEMPLATE] = { "teamtemplate", "teamtemplates", "teamtemplateid", {
		{ "teamtemplatename", MEMBER_TEXT, NR, 0 }, { "entityname", MEMBER_TEXT, N, WIRE_ELSEWHERE },
		{ "defaultaccessrightsmask", MEMBER_NUMBER, R, 0 } } },
	[SOLUTION_EXTERNAL] = { "externaltype", "externaltypes", "externaltypeid", {
		{ "name", MEMBER_TEXT, N, 0 }, { "actions", MEMBER_TEXT, 0, 0 }, { "policy", MEMBER_TEXT, 0, 0 }, { "isenabled", MEMBER_FLAG, R, 0 } } },
};

const struct json *component_value(const struct component *c, const char *name)
{
	const struct solution_member *m = solution_rules[c->kind].members;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++)
		if (str_equal(str_of(m[i].name), str_of(name)))
			return c->values[i];
	return NULL; /* the table above has no such member: nothing was given */
}

str component_text(const struct component *c, const char *name)
{
	const struct json *v = component_value(c, name);
	return v ? v->text : S("");
}

static err title_make(struct component *c, struct arena *arena)
{
	const struct solution_member *m = solution_rules[c->kind].members;
	c->title = (str){ 0 };
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++) {
		if (!(m[i].flags & MEMBER_NAME) || !c->values[i])
			continue;
		str text = c->values[i]->text;
		c->title = c->title.len ? str_format(arena, "%.*s.%.*s", STR_ARG(c->title), STR_ARG(text)) : str_copy(arena, text);
		TRY_NEW(c->title.at);
	}
	return OK;
}

static int in_order(const void *a, const void *b)
{
	const struct component *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	int d = str_compare(x->title, y->title);
	return d ? d : memcmp(&x->id, &y->id, sizeof x->id);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

err solution_finish(struct solution *s, struct arena *arena)
{
	struct uuid *ids = NEW_ARRAY(arena, struct uuid, s->count);
	TRY_NEW(ids);
	for (size_t i = 0; i < s->count; i++) {
		TRY(title_make(&s->components[i], arena));
		ids[i] = s->components[i].id;
	}
	if (s->count)
		qsort(s->components, s->count, sizeof *s->components, in_order);
	if (s->count)
		qsort(ids, s->count, sizeof *ids, by_id);
	for (size_t i = 1; i < s->count; i++)
		if (uuid_equal(&ids[i - 1], &ids[i]))
			FAIL(ERR_INVALID, "two components have the same id");
	return OK;
}
