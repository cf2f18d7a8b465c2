/* The plan of the demo; its tenants, environments and their one table. */
#include <stdarg.h>
#include <time.h>

#include "cli/demo_content.h"
#include "cli/http_client.h"
#include "host/random.h"

enum { ROUTE_WAIT_MS = 10000, ROUTE_PAUSE_MS = 5 };

#define GLOBAL_ADMINISTRATOR "Global Administrator"

static const struct demo_person_plan harbour_people[] = {
	{ "sales-de", "Sales, Germany", "Germany", "Salesperson", NULL, "the rows of Germany, and may change them", DEMO_OWN_UNIT },
	{ "manager-eu", "Manager, European Union", "European Union", "Regional Manager", NULL,
	  "the rows of every country of the European Union, and may change none", DEMO_EU },
	{ "auditor", "Auditor", NULL, "Auditor", "Security Reader", "every row and the audit log, and may change none", DEMO_ALL },
	{ "admin", "Administrator", NULL, "System Administrator", GLOBAL_ADMINISTRATOR, "everything, and may change it", DEMO_ALL },
	{ "visitor", "Visitor", NULL, NULL, NULL, "nothing: no role", DEMO_NOTHING },
};
static const struct demo_person_plan meadow_people[] = {
	{ "admin", "Administrator", NULL, "System Administrator", GLOBAL_ADMINISTRATOR, "everything of Meadow Clinic", DEMO_ALL },
	{ "clerk", "Clerk", NULL, "Salesperson", NULL, "the rows of Meadow Clinic", DEMO_OWN_UNIT },
};
static const struct demo_app_plan harbour_apps[] = {
	{ "Administration", DEMO_APP_ADMIN, NULL },
	{ "Front Desk", DEMO_APP_WEB, "http://localhost:8401/callback" },
	{ "Map", DEMO_APP_SPA, "http://localhost:8402/" },
	{ "Nightly Report", DEMO_APP_DAEMON, NULL },
};
static const struct demo_app_plan meadow_apps[] = {
	{ "Administration", DEMO_APP_ADMIN, NULL },
	{ "Front Desk", DEMO_APP_WEB, "http://localhost:8403/callback" },
};

const struct demo_tenant_plan demo_plan[DEMO_TENANTS] = {
	{ "Harbour Registry", "harbour.example", "harbour", "Harbour Registry", harbour_people, COUNT_OF(harbour_people), harbour_apps,
	  COUNT_OF(harbour_apps) },
	{ "Meadow Clinic", "meadow.example", "meadow", "Meadow Clinic", meadow_people, COUNT_OF(meadow_people), meadow_apps,
	  COUNT_OF(meadow_apps) },
};

/* --- requests --- */

str demo_api(struct cli_call *call, const struct demo_tenant *tenant, const char *format, ...)
{
	char rest[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(rest, sizeof rest, format, arguments);
	va_end(arguments);
	return str_format(call->arena, "/e/%s/api/data/v9.2%s", tenant->plan->environment, rest);
}

int demo_post(struct cli_call *call, str path, struct remote_body *body)
{
	const struct json *ignored;
	return remote_call(call, "POST", path, body, &ignored);
}

str demo_id(struct cli_call *call)
{
	struct uuid id = random_uuid_v7();
	return uuid_text(call->arena, &id);
}

void demo_bind(struct remote_body *body, const char *navigation, const char *set, str id)
{
	char name[96], value[96];
	snprintf(name, sizeof name, "%s@odata.bind", navigation);
	snprintf(value, sizeof value, "/%s(%.*s)", set, STR_ARG(id));
	json_member_str(&body->w, str_of(name), str_of(value));
}

/* --- tenant and environment --- */

static int tenant_post(struct cli_call *call, struct demo_tenant *tenant)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	json_member_str(&body.w, S("displayName"), str_of(tenant->plan->name));
	json_member_str(&body.w, S("domain"), str_of(tenant->plan->domain));
	DO(remote_call(call, "POST", S("/platform/v1/tenants"), &body, &answer));
	tenant->id = remote_text(answer, "id");
	tenant->issuer = remote_text(answer, "issuer");
	return CLI_OK;
}

static int environment_post(struct cli_call *call, struct demo_tenant *tenant)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	json_member_str(&body.w, S("tenant"), tenant->id);
	json_member_str(&body.w, S("uniqueName"), str_of(tenant->plan->environment));
	json_member_str(&body.w, S("displayName"), str_of(tenant->plan->environment_name));
	DO(remote_call(call, "POST", S("/platform/v1/environments"), &body, &answer));
	tenant->environment_id = remote_text(answer, "id");
	return CLI_OK;
}

/* The edge learns of a new tenant or environment a moment after the answer: until then it knows no such path. */
static int wait_for(struct cli_call *call, str path)
{
	struct cli_target target = { .folder = call->position[0] };
	const struct timespec pause = { .tv_nsec = ROUTE_PAUSE_MS * 1000000L };
	for (int i = 0; i < ROUTE_WAIT_MS / ROUTE_PAUSE_MS; i++) {
		bytes body;
		int status;
		err e = cli_http(&target, S("GET"), path, S(""), (bytes){ NULL, 0 }, call->arena, &status, &body);
		if (failed(e))
			return cli_fail(call, "demo", e);
		if (status == 200)
			return CLI_OK;
		nanosleep(&pause, NULL);
	}
	return cli_fail(call, "demo", ERR(ERR_UNAVAILABLE, "the service does not come to know its new tenant"));
}

int demo_tenant_make(struct cli_call *call, struct demo_tenant *tenant)
{
	const struct json *answer;
	DO(tenant_post(call, tenant));
	DO(environment_post(call, tenant));
	DO(wait_for(call, str_format(call->arena, "/%s/v2.0/.well-known/openid-configuration", tenant->plan->domain)));
	DO(wait_for(call, demo_api(call, tenant, "/WhoAmI")));
	str path = demo_api(call, tenant, "/businessunits?$select=businessunitid&$filter=_parentbusinessunitid_value%%20eq%%20null");
	DO(remote_call(call, "GET", path, NULL, &answer));
	const struct json *rows = json_member(answer, S("value"));
	tenant->root_unit = rows ? remote_text(rows->first, "businessunitid") : S("");
	return tenant->root_unit.len ? CLI_OK : cli_fail(call, "demo", ERR(ERR_INTERNAL, "the new environment has no root unit"));
}

/* --- the table --- */

void demo_label(struct remote_body *body, const char *member, const char *text)
{
	json_key(&body->w, str_of(member));
	json_open_object(&body->w);
	json_key(&body->w, S("LocalizedLabels"));
	json_open_array(&body->w);
	json_open_object(&body->w);
	json_member_str(&body->w, S("Label"), str_of(text));
	json_member_i64(&body->w, S("LanguageCode"), 1033);
	json_close_object(&body->w);
	json_close_array(&body->w);
	json_close_object(&body->w);
}

static const struct demo_column {
	const char *schema_name, *type, *label;
	int length_max;
} columns[] = {
	{ "bwk_name", "String", "Name", 400 }, /* the primary name */
	{ "bwk_registry", "String", "Registry", 20 },
	{ "bwk_assignment", "String", "Assignment", 20 },
	{ "bwk_country", "String", "Country", 2 },
	{ "bwk_address", "Memo", "Address", 2000 },
	{ "bwk_note", "String", "Note", 200 },
};

static void column_write(struct remote_body *body, const struct demo_column *c, bool primary)
{
	char type[80];
	snprintf(type, sizeof type, "Microsoft.Dynamics.CRM.%sAttributeMetadata", c->type);
	json_member_str(&body->w, S("@odata.type"), str_of(type));
	json_member_str(&body->w, S("SchemaName"), str_of(c->schema_name));
	json_member_i64(&body->w, S("MaxLength"), c->length_max);
	if (primary)
		json_member_bool(&body->w, S("IsPrimaryName"), true);
	demo_label(body, "DisplayName", c->label);
}

static int column_post(struct cli_call *call, const struct demo_tenant *tenant, const struct demo_column *c)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	column_write(&body, c, false);
	return demo_post(call, demo_api(call, tenant, "/EntityDefinitions(LogicalName='%s')/Attributes", DEMO_TABLE), &body);
}

int demo_table_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("SchemaName"), S(DEMO_TABLE));
	json_member_str(&body.w, S("EntitySetName"), S(DEMO_SET));
	json_member_str(&body.w, S("OwnershipType"), S("UserOwned"));
	demo_label(&body, "DisplayName", "Account");
	demo_label(&body, "DisplayCollectionName", "Accounts");
	json_key(&body.w, S("Attributes"));
	json_open_array(&body.w);
	json_open_object(&body.w);
	column_write(&body, &columns[0], true);
	json_close_object(&body.w);
	json_close_array(&body.w);
	DO(demo_post(call, demo_api(call, tenant, "/EntityDefinitions"), &body));
	for (size_t i = 1; i < COUNT_OF(columns); i++)
		DO(column_post(call, tenant, &columns[i]));
	return CLI_OK;
}
