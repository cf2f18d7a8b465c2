/* data/edm.c - $metadata: the tables as a CSDL document (OData 4.0 part 3; authorization-and-data 4.5). */
#include "codec/html.h"
#include "data/answer.h"
#include "data/api.h"

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
	attribute(b, "Name", column_is_lookup(c) ? c->value_name : c->logical_name);
	buffer_append_format(b, " Type=\"%s\"", edm_type(c->type));
	if (c->length_max)
		buffer_append_format(b, " MaxLength=\"%d\"", c->length_max);
	if (c->type == TYPE_DECIMAL || c->type == TYPE_MONEY)
		buffer_append_format(b, " Scale=\"%d\"", c->precision);
	buffer_append_str(b, S("/>\n"));
}

static void navigation(struct buffer *b, const struct metadata *m, const struct column *c)
{
	bool owner = c->type == TYPE_OWNER;
	const struct table *target = owner ? NULL : metadata_table(m, c->targets[0]);
	if (!owner && !target)
		return;
	buffer_append_str(b, S("<NavigationProperty"));
	attribute(b, "Name", c->navigation);
	buffer_append_str(b, S(" Type=\"mscrm."));
	buffer_append_str(b, owner ? S("principal") : target->logical_name);
	buffer_append_str(b, S("\" Nullable=\"true\">\n<ReferentialConstraint"));
	attribute(b, "Property", c->value_name);
	attribute(b, "ReferencedProperty", owner ? S("ownerid") : target->primary_id->logical_name);
	buffer_append_str(b, S("/>\n</NavigationProperty>\n"));
}

static void entity_type(struct buffer *b, const struct metadata *m, const struct table *t)
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
			navigation(b, m, &t->columns[i]);
	buffer_append_str(b, S("</EntityType>\n"));
}

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\n"
	"<Schema Namespace=\"Microsoft.Dynamics.CRM\" Alias=\"mscrm\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n"
	"<EntityType Name=\"crmbaseentity\" Abstract=\"true\"/>\n"
	"<EntityType Name=\"principal\" BaseType=\"mscrm.crmbaseentity\" Abstract=\"true\">"
	"<Property Name=\"ownerid\" Type=\"Edm.Guid\"/></EntityType>\n";

static const char messages[] =
	"<ComplexType Name=\"WhoAmIResponse\"><Property Name=\"BusinessUnitId\" Type=\"Edm.Guid\" Nullable=\"false\"/>"
	"<Property Name=\"UserId\" Type=\"Edm.Guid\" Nullable=\"false\"/>"
	"<Property Name=\"OrganizationId\" Type=\"Edm.Guid\" Nullable=\"false\"/></ComplexType>\n"
	"<ComplexType Name=\"OrganizationDetail\"><Property Name=\"OrganizationId\" Type=\"Edm.Guid\" Nullable=\"false\"/>"
	"<Property Name=\"EnvironmentId\" Type=\"Edm.String\"/><Property Name=\"UniqueName\" Type=\"Edm.String\"/>"
	"<Property Name=\"FriendlyName\" Type=\"Edm.String\"/><Property Name=\"TenantId\" Type=\"Edm.String\"/></ComplexType>\n"
	"<ComplexType Name=\"RetrieveCurrentOrganizationResponse\">"
	"<Property Name=\"Detail\" Type=\"mscrm.OrganizationDetail\"/></ComplexType>\n"
	"<EnumType Name=\"EndpointAccessType\"><Member Name=\"Default\" Value=\"0\"/><Member Name=\"Internet\" Value=\"1\"/>"
	"<Member Name=\"Intranet\" Value=\"2\"/></EnumType>\n"
	"<Function Name=\"WhoAmI\"><ReturnType Type=\"mscrm.WhoAmIResponse\" Nullable=\"false\"/></Function>\n"
	"<Function Name=\"RetrieveCurrentOrganization\">"
	"<Parameter Name=\"AccessType\" Type=\"mscrm.EndpointAccessType\" Nullable=\"false\"/>"
	"<ReturnType Type=\"mscrm.RetrieveCurrentOrganizationResponse\" Nullable=\"false\"/></Function>\n"
	"<Action Name=\"PublishXml\"><Parameter Name=\"ParameterXml\" Type=\"Edm.String\" Unicode=\"false\"/></Action>\n"
	"<Action Name=\"PublishAllXml\"/>\n";

static const char imports[] =
	"<FunctionImport Name=\"WhoAmI\" Function=\"mscrm.WhoAmI\"/>\n"
	"<FunctionImport Name=\"RetrieveCurrentOrganization\" Function=\"mscrm.RetrieveCurrentOrganization\"/>\n"
	"<ActionImport Name=\"PublishXml\" Action=\"mscrm.PublishXml\"/>\n"
	"<ActionImport Name=\"PublishAllXml\" Action=\"mscrm.PublishAllXml\"/>\n"
	"</EntityContainer>\n</Schema>\n</edmx:DataServices></edmx:Edmx>\n";

static void entity_set(struct buffer *b, const struct metadata *m, const struct table *t)
{
	buffer_append_str(b, S("<EntitySet"));
	attribute(b, "Name", t->entity_set);
	buffer_append_format(b, " EntityType=\"mscrm.%.*s\">\n", STR_ARG(t->logical_name));
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];
		const struct table *target = c->type == TYPE_LOOKUP ? metadata_table(m, c->targets[0]) : NULL;
		if (!target)
			continue;
		buffer_append_str(b, S("<NavigationPropertyBinding"));
		attribute(b, "Path", c->navigation);
		attribute(b, "Target", target->entity_set);
		buffer_append_str(b, S("/>\n"));
	}
	buffer_append_str(b, S("</EntitySet>\n"));
}

err edm_document(struct data_call *dc)
{
	const struct metadata *m = dc->app->metadata;
	struct buffer *b = &dc->web->response.body;
	web_text(dc->web, 200, S("application/xml"), S(""));
	web_set_header(dc->web, S("odata-version"), S("4.0"));
	buffer_append_str(b, S(head));
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (m->by_ordinal[i])
			entity_type(b, m, m->by_ordinal[i]);
	buffer_append_str(b, S(messages));
	buffer_append_str(b, S("<EntityContainer Name=\"System\">\n"));
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (m->by_ordinal[i])
			entity_set(b, m, m->by_ordinal[i]);
	buffer_append_str(b, S(imports));
	return OK;
}
