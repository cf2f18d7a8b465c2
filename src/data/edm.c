/* data/edm.c - $metadata: the tables as a CSDL document (OData 4.0 part 3; authorization-and-data 4.5). */
#include "authz/admin.h"
#include "codec/html.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/edm_messages.h"
#include "data/rights.h"
#include "metadata/relationship.h"

struct relations {
	struct relationship *at;
	size_t count;
};

/* Associations between built-in tables, named alike from both ends (authz/admin.h). */
static const char *const associations[] = { "systemuserroles_association", "teamroles_association", "teammembership_association",
					    "systemuserprofiles_association", "teamprofiles_association" };

/* Messages name types: those are always there, or the document would not hold together. They are the administration's, and no secret. */
static bool is_shown(const struct data_call *dc, const struct table *t)
{
	static const char *const named[] = { "systemuser", "team", "role", "teamtemplate" };
	for (size_t i = 0; t && i < COUNT_OF(named); i++)
		if (str_equal(t->logical_name, str_of(named[i])))
			return true;
	return t && rights_table_shown(dc, t);
}

static void attribute(struct buffer *b, const char *name, str value)
{
	buffer_append_format(b, " %s=\"", name);
	html_write(b, value);
	buffer_append_char(b, '"');
}

static const char *edm_type(enum column_type type)
{
	switch (type) {
	case TYPE_STRING:
	case TYPE_MEMO:
	case TYPE_CHOICES:
		return "Edm.String";
	case TYPE_BIGINT:
		return "Edm.Int64";
	case TYPE_DECIMAL:
	case TYPE_MONEY:
		return "Edm.Decimal";
	case TYPE_DOUBLE:
		return "Edm.Double";
	case TYPE_BOOLEAN:
		return "Edm.Boolean";
	case TYPE_DATETIME:
		return "Edm.DateTimeOffset";
	case TYPE_DATE:
		return "Edm.Date";
	case TYPE_UNIQUEID:
	case TYPE_LOOKUP:
	case TYPE_OWNER:
		return "Edm.Guid";
	default:
		return "Edm.Int32";
	}
}

static void property(struct buffer *b, const struct column *c)
{
	buffer_append_str(b, S("<Property"));
	attribute(b, "Name", column_wire_name(c));
	buffer_append_format(b, " Type=\"%s\"", edm_type(c->type));
	if (c->length_max)
		buffer_append_format(b, " MaxLength=\"%d\"", c->length_max);
	if (c->type == TYPE_DECIMAL || c->type == TYPE_MONEY)
		buffer_append_format(b, " Scale=\"%d\"", c->precision);
	buffer_append_str(b, S("/>\n"));
}

static const struct relationship *relation_of(const struct relations *all, const struct column *lookup)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].lookup == lookup)
			return &all->at[i];
	return NULL;
}

static void collection(struct buffer *b, str name, str table, str partner)
{
	buffer_append_str(b, S("<NavigationProperty"));
	attribute(b, "Name", name);
	buffer_append_format(b, " Type=\"Collection(mscrm.%.*s)\"", STR_ARG(table));
	if (partner.len)
		attribute(b, "Partner", partner);
	buffer_append_str(b, S("/>\n"));
}

static void collections(struct buffer *b, const struct data_call *dc, const struct relations *all, const struct table *t)
{
	const struct metadata *m = dc->app->metadata;
	str related;
	for (size_t i = 0; i < m->association_count; i++) {
		const struct association *a = &m->associations[i];
		for (int n = 0; n < 2; n++)
			if (a->side[n] == t && is_shown(dc, a->side[1 - n]))
				collection(b, a->navigation[n], a->side[1 - n]->logical_name, a->navigation[1 - n]);
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].referenced == t && is_shown(dc, all->at[i].referencing))
			collection(b, all->at[i].schema_name, all->at[i].referencing->logical_name, all->at[i].lookup->navigation);
	for (size_t i = 0; i < COUNT_OF(associations); i++)
		if (authz_admin_association(t, str_of(associations[i]), &related) && is_shown(dc, metadata_table(m, related)))
			collection(b, str_of(associations[i]), related, str_of(associations[i]));
}

static void navigation(struct buffer *b, const struct data_call *dc, const struct relations *all, const struct column *c)
{
	const struct relationship *relation = relation_of(all, c);
	bool owner = c->type == TYPE_OWNER;
	const struct table *target = owner ? NULL : metadata_table(dc->app->metadata, c->targets[0]);
	if (!owner && !is_shown(dc, target))
		return;
	buffer_append_str(b, S("<NavigationProperty"));
	attribute(b, "Name", c->navigation);
	buffer_append_str(b, S(" Type=\"mscrm."));
	buffer_append_str(b, owner ? S("principal") : target->logical_name);
	buffer_append_str(b, S("\" Nullable=\"true\""));
	if (relation)
		attribute(b, "Partner", relation->schema_name);
	buffer_append_str(b, S(">\n<ReferentialConstraint"));
	attribute(b, "Property", c->value_name);
	attribute(b, "ReferencedProperty", owner ? S("ownerid") : target->primary_id->logical_name);
	buffer_append_str(b, S("/>\n</NavigationProperty>\n"));
}

/* The vocabulary that clients look for: alternate keys (OData.Community.Keys.V1). */
static void keys(struct buffer *b, const struct table *t)
{
	if (!t->key_count)
		return;
	buffer_append_str(b, S("<Annotation Term=\"OData.Community.Keys.V1.AlternateKeys\"><Collection>\n"));
	for (size_t i = 0; i < t->key_count; i++) {
		buffer_append_str(b, S("<Record Type=\"OData.Community.Keys.V1.AlternateKey\"><PropertyValue Property=\"Key\"><Collection>\n"));
		for (size_t k = 0; k < t->keys[i].column_count; k++) {
			const struct column *c = t->keys[i].columns[k];
			str name = column_wire_name(c);
			buffer_append_str(b, S("<Record Type=\"OData.Community.Keys.V1.PropertyRef\"><PropertyValue Property=\"Alias\""));
			attribute(b, "String", name);
			buffer_append_str(b, S("/><PropertyValue Property=\"Name\""));
			attribute(b, "PropertyPath", name);
			buffer_append_str(b, S("/></Record>\n"));
		}
		buffer_append_str(b, S("</Collection></PropertyValue></Record>\n"));
	}
	buffer_append_str(b, S("</Collection></Annotation>\n"));
}

static void entity_type(struct buffer *b, const struct data_call *dc, const struct relations *all, const struct table *t)
{
	bool principal = str_equal(t->logical_name, S("systemuser")) || str_equal(t->logical_name, S("team"));
	buffer_append_str(b, S("<EntityType"));
	attribute(b, "Name", t->logical_name);
	buffer_append_format(b, " BaseType=\"mscrm.%s\">\n<Key><PropertyRef", principal ? "principal" : "crmbaseentity");
	attribute(b, "Name", t->primary_id->logical_name);
	buffer_append_str(b, S("/></Key>\n"));
	for (size_t i = 0; i < t->column_count; i++)
		property(b, &t->columns[i]);
	for (size_t i = 0; i < t->column_count; i++)
		if (column_is_lookup(&t->columns[i]))
			navigation(b, dc, all, &t->columns[i]);
	collections(b, dc, all, t);
	keys(b, t);
	buffer_append_str(b, S("</EntityType>\n"));
}

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\n"
	"<Schema Namespace=\"Microsoft.Dynamics.CRM\" Alias=\"mscrm\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n"
	"<EntityType Name=\"crmbaseentity\" Abstract=\"true\"/>\n"
	"<EntityType Name=\"principal\" BaseType=\"mscrm.crmbaseentity\" Abstract=\"true\">"
	"<Property Name=\"ownerid\" Type=\"Edm.Guid\"/></EntityType>\n";

static void binding(struct buffer *b, str path, const struct table *target)
{
	buffer_append_str(b, S("<NavigationPropertyBinding"));
	attribute(b, "Path", path);
	attribute(b, "Target", target->entity_set);
	buffer_append_str(b, S("/>\n"));
}

static void entity_set(struct buffer *b, const struct data_call *dc, const struct relations *all, const struct table *t)
{
	const struct metadata *m = dc->app->metadata;
	str related;
	buffer_append_str(b, S("<EntitySet"));
	attribute(b, "Name", t->entity_set);
	buffer_append_format(b, " EntityType=\"mscrm.%.*s\">\n", STR_ARG(t->logical_name));
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];
		const struct table *target = c->type == TYPE_LOOKUP ? metadata_table(m, c->targets[0]) : NULL;
		if (is_shown(dc, target))
			binding(b, c->navigation, target);
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].referenced == t && is_shown(dc, all->at[i].referencing))
			binding(b, all->at[i].schema_name, all->at[i].referencing);
	for (size_t i = 0; i < m->association_count; i++)
		for (int n = 0; n < 2; n++)
			if (m->associations[i].side[n] == t && is_shown(dc, m->associations[i].side[1 - n]))
				binding(b, m->associations[i].navigation[n], m->associations[i].side[1 - n]);
	for (size_t i = 0; i < COUNT_OF(associations); i++) {
		const struct table *target = authz_admin_association(t, str_of(associations[i]), &related) ? metadata_table(m, related) : NULL;
		if (is_shown(dc, target))
			binding(b, str_of(associations[i]), target);
	}
	buffer_append_str(b, S("</EntitySet>\n"));
}

err edm_document(struct data_call *dc)
{
	const struct metadata *m = dc->app->metadata;
	struct buffer *b = &dc->web->response.body;
	struct relations all = { 0 };
	TRY(relationships_read(dc->app->store, m, dc->arena, &all.at, &all.count));
	web_text(dc->web, 200, S("application/xml"), S(""));
	web_set_header(dc->web, S("odata-version"), S("4.0"));
	buffer_append_str(b, S(head));
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (is_shown(dc, m->by_ordinal[i]))
			entity_type(b, dc, &all, m->by_ordinal[i]);
	buffer_append_str(b, str_of(edm_messages));
	buffer_append_str(b, S("<EntityContainer Name=\"System\">\n"));
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (is_shown(dc, m->by_ordinal[i]))
			entity_set(b, dc, &all, m->by_ordinal[i]);
	buffer_append_str(b, str_of(edm_imports));
	return OK;
}
