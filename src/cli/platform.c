/* What the control worker answers: the installation's processes, tenants and environments; and the recorder: logs. */
#include "cli/own_service.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "codec/url.h"

static const char *const tenant_names[] = { "id", "displayName", "domains", "state", "issuer", NULL };
static const char *const environment_names[] = { "id", "tenantId", "uniqueName", "displayName", "state", "webApiUrl", NULL };
static const char *const process_names[] = { "role", "lane", "pid", "uid", "ready", "starts", "failing", "tenantId", "confinedBy", "notOffered", NULL };

int cli_status(struct cli_call *call)
{
	const struct json *answer;
	int status = remote_call(call, "GET", S("/platform/v1/status"), NULL, &answer);
	if (status != CLI_OK)
		return status;
	const struct json *processes = json_member(answer, S("processes"));
	remote_show_list(call, processes && !call->json ? processes : answer, process_names);
	return CLI_OK;
}

static int list(struct cli_call *call, str path, const char *const *names)
{
	const struct json *answer;
	int status = remote_call(call, "GET", path, NULL, &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, names);
	return status;
}

int cli_tenant_list(struct cli_call *call)
{
	return list(call, S("/platform/v1/tenants"), tenant_names);
}

int cli_environment_list(struct cli_call *call)
{
	return list(call, S("/platform/v1/environments"), environment_names);
}

/* What a recorder lists: of --tenant, else the installation's own. */
static int audit_list(struct cli_call *call, str path, const char *const *names)
{
	const char *tenant = cli_value(call, "tenant");
	struct own_service service;
	err e = own_service_start(call, &service);
	if (failed(e))
		return cli_fail(call, "reaching the recorder", e);
	if (tenant)
		path = str_format(call->arena, "/%.*s%.*s", STR_ARG(url_encode(call->arena, str_of(tenant))), STR_ARG(path));
	int status = list(call, path, names);
	own_service_stop(&service);
	return status;
}

int cli_audit_logs(struct cli_call *call)
{
	static const char *const names[] = { "id", "origin", "state", "size", "signedSize", "why", NULL };
	return audit_list(call, S("/audit/logs"), names);
}

static void add_query(struct cli_call *call, str *path, const char *option)
{
	const char *value = cli_value(call, option);
	if (value)
		*path = str_format(call->arena, "%.*s%c%s=%.*s", STR_ARG(*path), str_find_char(*path, '?', 0) == SIZE_MAX ? '?' : '&',
				   option, STR_ARG(url_encode(call->arena, str_of(value))));
}

int cli_audit_events(struct cli_call *call)
{
	static const char *const names[] = { "seq", "time", "op", "result", "reason", "actor.type", "actor.id", "target.type", "target.id", "src.ip", NULL };
	static const char *const filters[] = { "log", "from", "limit", "op", "actor", "result", "since", "until" };
	str path = S("/audit/events");
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		add_query(call, &path, filters[i]);
	return audit_list(call, path, names);
}

static int create(struct cli_call *call, str path, struct remote_body *body, const char *const *names)
{
	const struct json *answer;
	int status = remote_call(call, "POST", path, body, &answer);
	if (status == CLI_OK)
		remote_show(call, answer, names);
	return status;
}

int cli_tenant_create(struct cli_call *call)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("displayName"), cli_text(call, "name"));
	json_member_str(&body.w, S("domain"), cli_text(call, "domain"));
	return create(call, S("/platform/v1/tenants"), &body, tenant_names);
}

int cli_environment_create(struct cli_call *call)
{
	SCOPED(remote_body) body = { 0 };
	str name = cli_text(call, cli_has(call, "name") ? "name" : "unique-name");
	remote_body_init(&body);
	json_member_str(&body.w, S("tenant"), cli_text(call, "tenant"));
	json_member_str(&body.w, S("uniqueName"), cli_text(call, "unique-name"));
	json_member_str(&body.w, S("displayName"), name);
	return create(call, S("/platform/v1/environments"), &body, environment_names);
}

int cli_key_rotate(struct cli_call *call)
{
	static const char *const names[] = { "alg", "signed", "signs", NULL };
	str tenant = url_encode(call->arena, cli_text(call, "tenant"));
	const struct json *answer;
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("mode"), cli_has(call, "remove") ? S("remove") : cli_has(call, "now") ? S("now") : S("published"));
	int status = remote_call(call, "POST", str_format(call->arena, "/platform/v1/tenants/%.*s/rotateKeys", STR_ARG(tenant)), &body,
				 &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, names);
	return status;
}
