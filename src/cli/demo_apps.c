/* Applications: one that administers the directory, one of each kind of client, and what people have agreed to. */
#include "cli/demo_content.h"

#define ADMIN_PERMISSIONS \
	"Directory.ReadWrite.All,User.ReadWrite.All,Group.ReadWrite.All,Application.ReadWrite.All,AppRoleAssignment.ReadWrite.All," \
	"DelegatedPermissionGrant.ReadWrite.All,RoleManagement.ReadWrite.Directory,UserAuthenticationMethod.ReadWrite.All," \
	"Policy.ReadWrite.ConditionalAccess,Organization.ReadWrite.All,AuditLog.Read.All"

static int principal_of(struct cli_call *call, str app_id, str *out)
{
	const struct json *answer;
	str path = remote_directory_path(call, "/servicePrincipals(appId='%.*s')", STR_ARG(app_id));
	DO(remote_call(call, "GET", path, NULL, &answer));
	*out = remote_text(answer, "id");
	return CLI_OK;
}

/* Agreed for everybody by the administrator, so that nobody is asked. */
static int consent(struct cli_call *call, const struct made_app *app, str resource_app, str scope)
{
	SCOPED(remote_body) body = { 0 };
	str resource;
	DO(principal_of(call, resource_app, &resource));
	remote_body_init(&body);
	json_member_str(&body.w, S("clientId"), app->principal_id);
	json_member_str(&body.w, S("resourceId"), resource);
	json_member_str(&body.w, S("consentType"), S("AllPrincipals"));
	json_member_str(&body.w, S("scope"), scope);
	return demo_post(call, remote_directory_path(call, "/oauth2PermissionGrants"), &body);
}

/* The daemon is a user of the environment like any other, but for being nobody. */
static int application_user_make(struct cli_call *call, const struct demo_tenant *tenant, const struct made_app *app, const char *name)
{
	SCOPED(remote_body) body = { 0 };
	str id = demo_id(call);
	remote_body_init(&body);
	json_member_str(&body.w, S("systemuserid"), id);
	json_member_str(&body.w, S("applicationid"), app->app_id);
	json_member_str(&body.w, S("domainname"), str_of(name));
	json_member_str(&body.w, S("firstname"), S(""));
	json_member_str(&body.w, S("lastname"), str_of(name));
	json_member_i64(&body.w, S("accessmode"), 4); /* non-interactive */
	demo_bind(&body, "businessunitid", "businessunits", tenant->root_unit);
	DO(demo_post(call, demo_api(call, tenant, "/systemusers"), &body));
	return demo_role_give(call, tenant, "Auditor", tenant->root_unit, id);
}

static int one_make(struct cli_call *call, struct demo_tenant *tenant, size_t i)
{
	const struct demo_app_plan *plan = &tenant->plan->apps[i];
	struct made_app *app = &tenant->apps[i];
	str redirect = str_of(plan->redirect);
	bool interactive = plan->kind == DEMO_APP_WEB || plan->kind == DEMO_APP_SPA;
	struct app_wish wish = { .name = str_of(plan->name), .web_redirect = plan->kind == DEMO_APP_WEB ? redirect : S(""),
				 .spa_redirect = plan->kind == DEMO_APP_SPA ? redirect : S(""),
				 .app_roles = plan->kind == DEMO_APP_ADMIN ? S(ADMIN_PERMISSIONS) : S(""),
				 .secret = plan->kind != DEMO_APP_SPA };
	DO(application_make(call, &wish, app));
	if (plan->kind == DEMO_APP_DAEMON)
		return application_user_make(call, tenant, app, plan->name);
	if (!interactive)
		return CLI_OK;
	DO(consent(call, app, tenant->environment_id, S("user_impersonation")));
	return consent(call, app, S(DIRECTORY_APP_ID), S("openid profile email offline_access User.Read AuditLog.Read.All"));
}

int demo_apps_make(struct cli_call *call, struct demo_tenant *tenant)
{
	for (size_t i = 0; i < tenant->plan->app_count; i++)
		DO(one_make(call, tenant, i));
	return CLI_OK;
}
