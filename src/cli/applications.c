/* Application registrations, over /v1.0 in the operator's lane. `app create` makes what a first administrator's program
 * needs in one go: registration, service principal, granted directory permissions, secret. */
#include "cli/applications.h"

#include "cli/commands.h"
#include "cli/remote.h"
#include "codec/url.h"

static const char *const app_names[] = { "id", "appId", "displayName", NULL };

int cli_app_list(struct cli_call *call)
{
	const struct json *answer;
	int status = remote_list(call, remote_directory_path(call, "/applications"), &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, app_names);
	return status;
}

static void redirect(struct remote_body *body, str platform, str uri)
{
	if (uri.len == 0)
		return;
	json_key(&body->w, platform);
	json_open_object(&body->w);
	json_key(&body->w, S("redirectUris"));
	json_open_array(&body->w);
	json_str(&body->w, uri);
	json_close_array(&body->w);
	json_close_object(&body->w);
}

static int post_application(struct cli_call *call, const struct app_wish *wish, struct made_app *out)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	json_member_str(&body.w, S("displayName"), wish->name);
	redirect(&body, S("web"), wish->web_redirect);
	redirect(&body, S("spa"), wish->spa_redirect);
	if (wish->id_token_alg.len) {
		json_key(&body.w, S("bwk"));
		json_open_object(&body.w);
		json_member_str(&body.w, S("idTokenSignedResponseAlg"), wish->id_token_alg);
		json_close_object(&body.w);
	}
	int status = remote_call(call, "POST", remote_directory_path(call, "/applications"), &body, &answer);
	out->id = remote_text(answer, "id");
	out->app_id = remote_text(answer, "appId");
	return status;
}

static int post_principal(struct cli_call *call, struct made_app *out)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	json_member_str(&body.w, S("appId"), out->app_id);
	int status = remote_call(call, "POST", remote_directory_path(call, "/servicePrincipals"), &body, &answer);
	out->principal_id = remote_text(answer, "id");
	return status;
}

static int grant(struct cli_call *call, const struct made_app *app, str resource, str role_id)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	json_member_str(&body.w, S("principalId"), app->principal_id);
	json_member_str(&body.w, S("resourceId"), resource);
	json_member_str(&body.w, S("appRoleId"), role_id);
	str path = remote_directory_path(call, "/servicePrincipals/%.*s/appRoleAssignedTo", STR_ARG(resource));
	return remote_call(call, "POST", path, &body, &answer);
}

static str app_role_id(const struct json *resource, str value)
{
	const struct json *roles = json_member(resource, S("appRoles"));
	for (const struct json *r = roles ? roles->first : NULL; r; r = r->next)
		if (str_equal(remote_text(r, "value"), value))
			return remote_text(r, "id");
	return S("");
}

/* The directory's own service principal with its permissions; refuses what it does not know before anything is made. */
static int permissions_check(struct cli_call *call, str permissions, const struct json **out)
{
	str value;
	*out = NULL;
	if (permissions.len == 0)
		return CLI_OK;
	str path = remote_directory_path(call, "/servicePrincipals(appId='%s')", DIRECTORY_APP_ID);
	int status = remote_call(call, "GET", path, NULL, out);
	while (status == CLI_OK && str_split(&permissions, ',', &value))
		if (app_role_id(*out, str_trim(value)).len == 0)
			return cli_usage(call, "the directory has no permission called %.*s", STR_ARG(str_trim(value)));
	return status;
}

static int grant_all(struct cli_call *call, str permissions, const struct json *resource, const struct made_app *app)
{
	str value;
	int status = CLI_OK;
	while (resource && status == CLI_OK && str_split(&permissions, ',', &value))
		status = grant(call, app, remote_text(resource, "id"), app_role_id(resource, str_trim(value)));
	return status;
}

static int add_secret(struct cli_call *call, struct made_app *app)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	str path = remote_directory_path(call, "/applications/%.*s/addPassword", STR_ARG(app->id));
	int status = remote_call(call, "POST", path, &body, &answer);
	app->secret = remote_text(answer, "secretText");
	return status;
}

/* The issuer is https://HOST/{tenant id}/v2.0. */
int application_issuer_find(struct cli_call *call, struct made_app *app)
{
	const struct json *answer;
	str tenant = url_encode(call->arena, remote_tenant(call));
	str path = str_format(call->arena, "/%.*s/v2.0/.well-known/openid-configuration", STR_ARG(tenant));
	int status = remote_call(call, "GET", path, NULL, &answer);
	struct url url;
	app->issuer = remote_text(answer, "issuer");
	if (status == CLI_OK && !failed(url_parse(app->issuer, &url)) && url.path.len > 1)
		app->tenant_id = str_slice(url.path, 1, str_find_char(url.path, '/', 1));
	return status;
}

static void show_app(struct cli_call *call, const struct made_app *app)
{
	static const char *const names[] = { "tenantId", "issuer", "id", "appId", "servicePrincipalId", "secretText", NULL };
	const str values[] = { app->tenant_id, app->issuer, app->id, app->app_id, app->principal_id, app->secret };
	struct json members[COUNT_OF(values)] = { { 0 } };
	size_t count = app->secret.len ? COUNT_OF(values) : COUNT_OF(values) - 1;
	for (size_t i = 0; i < count; i++)
		members[i] = (struct json){ .kind = JSON_STRING, .name = str_of(names[i]), .text = values[i],
					    .next = i + 1 < count ? &members[i + 1] : NULL };
	struct json object = { .kind = JSON_OBJECT, .first = members, .count = count };
	remote_show(call, &object, names);
}

int application_make(struct cli_call *call, const struct app_wish *wish, struct made_app *out)
{
	*out = (struct made_app){ .secret = S("") };
	const struct json *resource;
	int status = permissions_check(call, wish->app_roles, &resource);
	if (status == CLI_OK)
		status = application_issuer_find(call, out);
	if (status == CLI_OK)
		status = post_application(call, wish, out);
	if (status == CLI_OK)
		status = post_principal(call, out);
	if (status == CLI_OK)
		status = grant_all(call, wish->app_roles, resource, out);
	if (status == CLI_OK && wish->secret)
		status = add_secret(call, out);
	return status;
}

int cli_app_create(struct cli_call *call)
{
	struct app_wish wish = { cli_text(call, "name"), cli_text(call, "web-redirect"), cli_text(call, "spa-redirect"),
				 cli_text(call, "id-token-alg"),
				 cli_text(call, "app-role"), cli_has(call, "secret") };
	struct made_app app;
	int status = application_make(call, &wish, &app);
	if (status == CLI_OK)
		show_app(call, &app);
	return status;
}
