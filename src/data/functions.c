/* data/functions.c - unbound functions (4.6) and the service document. */
#include "data/answer.h"
#include "data/api.h"
#include "data/argument.h"
#include "data/rights.h"
#include "data/sql_catalog.h"

enum { COUNTED_MAX = 100 };

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

static err tables_counted(struct data_call *dc, const struct table **out, size_t *out_count)
{
	str *names = NULL;
	TRY(argument_list(dc, &dc->path.segment[0], S("EntityNames"), COUNTED_MAX, &names, out_count));
	for (size_t i = 0; i < *out_count; i++) {
		out[i] = metadata_table(dc->app->metadata, names[i]);
		if (!out[i])
			return REFUSE(dc, 404, CODE_NOT_FOUND, "There is no table '%.*s'.", STR_ARG(names[i]));
	}
	return OK;
}

/* How many rows there are, whoever sees them: for administrators only (4.6). */
err function_total_record_count(struct data_call *dc)
{
	static const struct visible everything = { .everything = true };
	const struct table *tables[COUNTED_MAX];
	size_t count;
	str context;
	if (!rights_is_administrator(dc))
		return REFUSE(dc, 403, CODE_NO_ACCESS, "Only System Administrators count all rows.");
	TRY(tables_counted(dc, tables, &count));
	TRY(context_of(dc, "RetrieveTotalRecordCountResponse", &context));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("EntityRecordCountCollection"));
	json_open_object(&w);
	json_member_i64(&w, S("Count"), (int64_t)count);
	json_member_bool(&w, S("IsReadOnly"), false);
	json_key(&w, S("Keys"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++)
		json_str(&w, tables[i]->logical_name);
	json_close_array(&w);
	json_key(&w, S("Values"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++) {
		struct odata_query q = { .table = tables[i] };
		int64_t n;
		TRY(rows_count(dc->app->store, &q, &everything, INT64_MAX, dc->arena, &n));
		json_i64(&w, n);
	}
	json_close_array(&w);
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
		if (!m->by_ordinal[i] || !rights_table_shown(dc, m->by_ordinal[i]))
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
