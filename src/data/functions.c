/* data/functions.c - unbound functions (4.6) and the service document. */
#include "data/answer.h"
#include "data/api.h"
#include "data/sql_catalog.h"

static err organization_id(struct data_call *dc, struct uuid *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_ORGANIZATION_ID, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the organization's row is missing");
	*out = column_uuid(&s, 0);
	return OK;
}

static err context_of(struct data_call *dc, const char *type, str *out)
{
	*out = str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.%s", STR_ARG(dc->root), type);
	TRY_NEW(out->at);
	return OK;
}

err function_who_am_i(struct data_call *dc)
{
	struct uuid organization;
	str context;
	TRY(organization_id(dc, &organization));
	TRY(context_of(dc, "WhoAmIResponse", &context));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_member_uuid(&w, S("BusinessUnitId"), &dc->caller.unit_id);
	json_member_uuid(&w, S("UserId"), &dc->caller.user_id);
	json_member_uuid(&w, S("OrganizationId"), &organization);
	json_close_object(&w);
	return OK;
}

err function_current_organization(struct data_call *dc)
{
	const struct data_app *app = dc->app;
	struct uuid organization;
	str context;
	TRY(organization_id(dc, &organization));
	TRY(context_of(dc, "RetrieveCurrentOrganizationResponse", &context));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("Detail"));
	json_open_object(&w);
	json_member_uuid(&w, S("OrganizationId"), &organization);
	json_member_uuid(&w, S("EnvironmentId"), &app->environment);
	json_member_str(&w, S("UniqueName"), app->unique_name);
	json_member_str(&w, S("FriendlyName"), app->friendly_name);
	json_member_uuid(&w, S("TenantId"), &app->tenant);
	json_close_object(&w);
	json_close_object(&w);
	return OK;
}

err service_document(struct data_call *dc)
{
	const struct metadata *m = dc->app->metadata;
	struct json_writer w = answer_json(dc, 200);
	str context = str_format(dc->arena, "%.*s$metadata", STR_ARG(dc->root));
	TRY_NEW(context.at);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		if (!m->by_ordinal[i])
			continue;
		json_open_object(&w);
		json_member_str(&w, S("name"), m->by_ordinal[i]->entity_set);
		json_member_str(&w, S("kind"), S("EntitySet"));
		json_member_str(&w, S("url"), m->by_ordinal[i]->entity_set);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
