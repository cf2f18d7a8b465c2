/* Contacts and cases below the accounts: small tables on which each way to reach a row can be watched. sales-de owns them; manager-eu, above
 * in the hierarchy, reaches them; the auditor has one that is shared; mobile numbers are secured and masked. */
#include "cli/demo_content.h"

static const char *const customer[] = { "bwk_contact", "bwk_case" };

static int table_post(struct cli_call *call, const struct demo_tenant *tenant, const char *schema, const char *set, const char *primary,
		      const char *primary_name, const char *one, const char *many)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("SchemaName"), str_of(schema));
	json_member_str(&body.w, S("EntitySetName"), str_of(set));
	json_member_str(&body.w, S("OwnershipType"), S("UserOwned"));
	demo_label(&body, "DisplayName", one);
	demo_label(&body, "DisplayCollectionName", many);
	json_key(&body.w, S("Attributes"));
	json_open_array(&body.w);
	json_open_object(&body.w);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.StringAttributeMetadata"));
	json_member_str(&body.w, S("SchemaName"), str_of(primary));
	json_member_i64(&body.w, S("MaxLength"), 200);
	json_member_bool(&body.w, S("IsPrimaryName"), true);
	demo_label(&body, "DisplayName", primary_name);
	json_close_object(&body.w);
	json_close_array(&body.w);
	return demo_post(call, demo_api(call, tenant, "/EntityDefinitions"), &body);
}

static int mobile_post(struct cli_call *call, const struct demo_tenant *tenant)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.StringAttributeMetadata"));
	json_member_str(&body.w, S("SchemaName"), S("bwk_mobile"));
	json_member_i64(&body.w, S("MaxLength"), 40);
	json_member_bool(&body.w, S("IsSecured"), true);
	demo_label(&body, "DisplayName", "Mobile");
	return demo_post(call, demo_api(call, tenant, "/EntityDefinitions(LogicalName='bwk_contact')/Attributes"), &body);
}

/* What an account is shared for holds for its contacts and cases. */
static int relation_post(struct cli_call *call, const struct demo_tenant *tenant, const char *child)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"));
	json_member_str(&body.w, S("SchemaName"), str_format(call->arena, "bwk_account_%ss", child + 4));
	json_member_str(&body.w, S("ReferencedEntity"), S(DEMO_TABLE));
	json_member_str(&body.w, S("ReferencingEntity"), str_of(child));
	json_key(&body.w, S("CascadeConfiguration"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("Share"), S("Cascade"));
	json_member_str(&body.w, S("Unshare"), S("Cascade"));
	json_close_object(&body.w);
	json_key(&body.w, S("Lookup"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.LookupAttributeMetadata"));
	json_member_str(&body.w, S("SchemaName"), S("bwk_AccountId"));
	demo_label(&body, "DisplayName", "Account");
	json_close_object(&body.w);
	return demo_post(call, demo_api(call, tenant, "/RelationshipDefinitions"), &body);
}

int demo_case_tables_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	DO(table_post(call, tenant, "bwk_contact", "contacts", "bwk_fullname", "Full Name", "Contact", "Contacts"));
	DO(table_post(call, tenant, "bwk_case", "cases", "bwk_title", "Title", "Case", "Cases"));
	DO(mobile_post(call, tenant));
	for (size_t i = 0; i < COUNT_OF(customer); i++)
		DO(relation_post(call, tenant, customer[i]));
	return CLI_OK;
}

/* --- rows --- */

static str user_of(const struct demo_tenant *tenant, const char *local)
{
	for (size_t i = 0; i < tenant->plan->people_count; i++)
		if (strcmp(tenant->plan->people[i].local, local) == 0)
			return tenant->people[i].user_id;
	return S("");
}

/* A body's member, or member@odata.bind with `set`. */
struct member {
	const char *name, *set;
	str value;
};

static int post(struct cli_call *call, const struct demo_tenant *tenant, const char *path, const struct member *members, size_t count)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	for (size_t i = 0; i < count; i++) {
		if (members[i].set)
			demo_bind(&body, members[i].name, members[i].set, members[i].value);
		else
			json_member_str(&body.w, str_of(members[i].name), members[i].value);
	}
	return demo_post(call, demo_api(call, tenant, "%s", path), &body);
}
#define POST(path_, ...) post(call, tenant, path_, (const struct member[]){ __VA_ARGS__ }, COUNT_OF(((const struct member[]){ __VA_ARGS__ })))

static int account_find(struct cli_call *call, const struct demo_tenant *tenant, str *out)
{
	const struct json *answer;
	str path = demo_api(call, tenant, "/" DEMO_SET "?$select=bwk_accountid&$top=1&$orderby=bwk_name&$filter=bwk_country%%20eq%%20'DE'");
	DO(remote_call(call, "GET", path, NULL, &answer));
	const struct json *rows = json_member(answer, S("value"));
	*out = rows && rows->first ? remote_text(rows->first, "bwk_accountid") : S("");
	return out->len ? CLI_OK : cli_fail(call, "demo", ERR(ERR_NOT_FOUND, "no account of Germany is there"));
}

static int rows_make(struct cli_call *call, const struct demo_tenant *tenant, str shared_case)
{
	str account, sales = user_of(tenant, "sales-de");
	DO(account_find(call, tenant, &account));
	DO(POST("/contacts", { "bwk_fullname", NULL, S("Greta Lindner") }, { "bwk_mobile", NULL, S("+49 151 2345678") },
		{ "bwk_AccountId", DEMO_SET, account }, { "ownerid", "systemusers", sales }));
	DO(POST("/contacts", { "bwk_fullname", NULL, S("Jonas Wirth") }, { "bwk_mobile", NULL, S("+49 160 8765432") },
		{ "bwk_AccountId", DEMO_SET, account }, { "ownerid", "systemusers", sales }));
	DO(POST("/cases", { "bwk_caseid", NULL, shared_case }, { "bwk_title", NULL, S("Two addresses for one block") },
		{ "bwk_AccountId", DEMO_SET, account }, { "ownerid", "systemusers", sales }));
	return POST("/cases", { "bwk_title", NULL, S("The registered name has changed") }, { "bwk_AccountId", DEMO_SET, account },
		    { "ownerid", "systemusers", sales });
}

static int share(struct cli_call *call, const struct demo_tenant *tenant, str row, str user)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_key(&body.w, S("Target"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.bwk_case"));
	json_member_str(&body.w, S("bwk_caseid"), row);
	json_close_object(&body.w);
	json_key(&body.w, S("PrincipalAccess"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("AccessMask"), S("ReadAccess"));
	json_key(&body.w, S("Principal"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("@odata.type"), S("Microsoft.Dynamics.CRM.systemuser"));
	json_member_str(&body.w, S("systemuserid"), user);
	json_close_object(&body.w);
	json_close_object(&body.w);
	return demo_post(call, demo_api(call, tenant, "/GrantAccess"), &body);
}

/* --- who stands above, and what is hidden --- */

static int patch(struct cli_call *call, str path, const char *name, const char *set, str value)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *ignored;
	remote_body_init(&body);
	if (set)
		demo_bind(&body, name, set, value);
	else
		json_member_bool(&body.w, str_of(name), true);
	return remote_call(call, "PATCH", path, &body, &ignored);
}

static int hierarchy_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	str sales = user_of(tenant, "sales-de"), manager = user_of(tenant, "manager-eu");
	str person = demo_api(call, tenant, "/systemusers(%.*s)", STR_ARG(sales)),
	    settings = demo_api(call, tenant, "/organizations(%.*s)", STR_ARG(tenant->environment_id));
	DO(patch(call, person, "parentsystemuserid", "systemusers", manager));
	return patch(call, settings, "ishierarchicalsecuritymodelenabled", NULL, S(""));
}

static int permission_post(struct cli_call *call, const struct demo_tenant *tenant, str profile, int64_t unmasked)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	demo_bind(&body, "fieldsecurityprofileid", "fieldsecurityprofiles", profile);
	json_member_str(&body.w, S("entityname"), S("bwk_contact"));
	json_member_str(&body.w, S("attributelogicalname"), S("bwk_mobile"));
	json_member_i64(&body.w, S("canread"), 4);
	json_member_i64(&body.w, S("canreadunmasked"), unmasked);
	return demo_post(call, demo_api(call, tenant, "/fieldpermissions"), &body);
}

static int profile_make(struct cli_call *call, const struct demo_tenant *tenant, const char *name, int64_t unmasked, const char *person)
{
	SCOPED(remote_body) body = { 0 };
	str id = demo_id(call), user = user_of(tenant, person);
	DO(POST("/fieldsecurityprofiles", { "fieldsecurityprofileid", NULL, id }, { "name", NULL, str_of(name) }));
	DO(permission_post(call, tenant, id, unmasked));
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.id"), str_format(call->arena, "fieldsecurityprofiles(%.*s)", STR_ARG(id)));
	return demo_post(call, demo_api(call, tenant, "/systemusers(%.*s)/systemuserprofiles_association/$ref", STR_ARG(user)), &body);
}

static int mask_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	str rule = demo_id(call);
	DO(POST("/maskingrules", { "maskingruleid", NULL, rule }, { "name", NULL, S("Number") }, { "regularexpression", NULL, S("\\d(?=.{2})") },
		{ "maskedcharacter", NULL, S("*") }));
	return POST("/attributemaskingrules", { "uniquename", NULL, S("bwk_contact_mobile") }, { "entityname", NULL, S("bwk_contact") },
		    { "attributelogicalname", NULL, S("bwk_mobile") }, { "MaskingRuleId", "maskingrules", rule });
}

int demo_cases_make(struct cli_call *call, const struct demo_tenant *tenant)
{
	str shared_case = demo_id(call);
	DO(rows_make(call, tenant, shared_case));
	DO(share(call, tenant, shared_case, user_of(tenant, "auditor")));
	DO(hierarchy_make(call, tenant));
	DO(mask_make(call, tenant));
	DO(profile_make(call, tenant, "Mobile numbers, masked", 0, "sales-de"));
	return profile_make(call, tenant, "Mobile numbers", 1, "manager-eu");
}
