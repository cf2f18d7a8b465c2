/* Security roles of an environment: what the role accounts may do to the accounts there. */
#include "cli/demo_content.h"
#include "codec/url.h"

/* Held by the teams that own rows: who owns must be able to read. Basic, so that it adds nothing to what members may. */
#define OWNER_ROLE "Account Owner"

static const struct {
	const char *role, *privilege, *depth;
} grants[] = {
	{ "Salesperson", "prvRead" DEMO_TABLE, "Local" },   { "Salesperson", "prvWrite" DEMO_TABLE, "Local" },
	{ "Salesperson", "prvCreate" DEMO_TABLE, "Local" }, { "Salesperson", "prvAppend" DEMO_TABLE, "Local" },
	{ "Salesperson", "prvAppendTo" DEMO_TABLE, "Local" },
	{ "Regional Manager", "prvRead" DEMO_TABLE, "Deep" },
	{ OWNER_ROLE, "prvRead" DEMO_TABLE, "Basic" },
	{ "Salesperson", "prvReadbwk_contact", "Basic" },   { "Salesperson", "prvWritebwk_contact", "Basic" },
	{ "Salesperson", "prvReadbwk_case", "Basic" },	    { "Salesperson", "prvWritebwk_case", "Basic" },
	{ "Salesperson", "prvCreatebwk_case", "Basic" },    { "Salesperson", "prvAppendbwk_case", "Basic" },
	{ "Salesperson", "prvSharebwk_case", "Basic" },
	{ "Regional Manager", "prvReadbwk_contact", "Basic" }, { "Regional Manager", "prvReadbwk_case", "Basic" },
	{ "Regional Manager", "prvWritebwk_case", "Basic" }, { "Auditor", "prvReadbwk_case", "Basic" },
	{ "Auditor", "prvRead" DEMO_TABLE, "Global" },	    { "Auditor", "prvReadAuditSummary", "Global" },
};
static const char *const roles[] = { "Salesperson", "Regional Manager", "Auditor", OWNER_ROLE };

/* The one row that a filter finds; its member as text. */
static int find_one(struct cli_call *call, str path, str filter, const char *member, str *out)
{
	const struct json *answer;
	str encoded = url_encode(call->arena, filter);
	str whole = str_format(call->arena, "%.*s?$select=%s&$filter=%.*s", STR_ARG(path), member, STR_ARG(encoded));
	DO(remote_call(call, "GET", whole, NULL, &answer));
	const struct json *rows = json_member(answer, S("value"));
	if (!rows || rows->count != 1)
		return cli_fail(call, "demo", ERR(ERR_NOT_FOUND, "a role or privilege is missing"));
	*out = remote_text(rows->first, member);
	return CLI_OK;
}

static int role_post(struct cli_call *call, const struct demo_tenant *tenant, const char *name, str id)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("roleid"), id);
	json_member_str(&body.w, S("name"), str_of(name));
	demo_bind(&body, "businessunitid", "businessunits", tenant->root_unit);
	return demo_post(call, demo_api(call, tenant, "/roles"), &body);
}

static int privilege_write(struct cli_call *call, const struct demo_tenant *tenant, size_t grant, struct remote_body *body)
{
	str id, filter = str_format(call->arena, "name eq '%s'", grants[grant].privilege);
	DO(find_one(call, demo_api(call, tenant, "/privileges"), filter, "privilegeid", &id));
	json_open_object(&body->w);
	json_member_str(&body->w, S("PrivilegeId"), id);
	json_member_str(&body->w, S("Depth"), str_of(grants[grant].depth));
	json_close_object(&body->w);
	return CLI_OK;
}

static int privileges_add(struct cli_call *call, const struct demo_tenant *tenant, const char *role, str id)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_key(&body.w, S("Privileges"));
	json_open_array(&body.w);
	for (size_t i = 0; i < COUNT_OF(grants); i++)
		if (strcmp(grants[i].role, role) == 0)
			DO(privilege_write(call, tenant, i, &body));
	json_close_array(&body.w);
	str path = demo_api(call, tenant, "/roles(%.*s)/Microsoft.Dynamics.CRM.AddPrivilegesRole", STR_ARG(id));
	return demo_post(call, path, &body);
}

int demo_roles_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		str id = demo_id(call);
		DO(role_post(call, tenant, roles[i], id));
		DO(privileges_add(call, tenant, roles[i], id));
	}
	return CLI_OK;
}

int demo_role_give(struct cli_call *call, const struct demo_tenant *tenant, const char *role, str unit, str user)
{
	SCOPED(remote_body) body = { 0 };
	str id, filter = str_format(call->arena, "name eq '%s' and _businessunitid_value eq %.*s", role, STR_ARG(unit));
	DO(find_one(call, demo_api(call, tenant, "/roles"), filter, "roleid", &id));
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.id"), str_format(call->arena, "roles(%.*s)", STR_ARG(id)));
	return demo_post(call, demo_api(call, tenant, "/systemusers(%.*s)/systemuserroles_association/$ref", STR_ARG(user)), &body);
}

/* --- teams that own rows --- */

static int list(struct cli_call *call, str path, const struct json **out)
{
	const struct json *answer;
	DO(remote_call(call, "GET", path, NULL, &answer));
	*out = json_member(answer, S("value"));
	return *out ? CLI_OK : cli_fail(call, "demo", ERR(ERR_INVALID, "the service answered no list"));
}

/* The row whose column holds that text; null: none. */
static const struct json *row_with(const struct json *rows, const char *column, str text)
{
	for (const struct json *row = rows->first; row; row = row->next)
		if (str_equal(remote_text(row, column), text))
			return row;
	return NULL;
}

static int team_role_post(struct cli_call *call, const struct demo_tenant *tenant, str team, str role)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.id"), str_format(call->arena, "roles(%.*s)", STR_ARG(role)));
	return demo_post(call, demo_api(call, tenant, "/teams(%.*s)/teamroles_association/$ref", STR_ARG(team)), &body);
}

int demo_owners_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	const struct json *units, *teams, *instances;
	str owner_role = url_encode(call->arena, S("name eq '" OWNER_ROLE "'"));
	DO(list(call, demo_api(call, tenant, "/businessunits?$select=businessunitid,_parentbusinessunitid_value"), &units));
	DO(list(call, demo_api(call, tenant, "/teams?$select=teamid,_businessunitid_value&$filter=isdefault%%20eq%%20true"), &teams));
	str path = demo_api(call, tenant, "/roles?$select=roleid,_businessunitid_value&$filter=%.*s", STR_ARG(owner_role));
	DO(list(call, path, &instances));
	for (const struct json *team = teams->first; team; team = team->next) {
		str unit = remote_text(team, "_businessunitid_value");
		const struct json *instance = row_with(instances, "_businessunitid_value", unit);
		if (row_with(units, "_parentbusinessunitid_value", unit))
			continue; /* a unit with units below it owns nothing itself */
		if (!instance)
			return cli_fail(call, "demo", ERR(ERR_NOT_FOUND, "a role is missing in a business unit"));
		DO(team_role_post(call, tenant, remote_text(team, "teamid"), remote_text(instance, "roleid")));
	}
	return CLI_OK;
}
