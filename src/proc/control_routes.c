/* /platform/v1: tenants and environments, for the operator. */
#include <stdio.h>

#include "audit/client.h"
#include "host/random.h"
#include "platform/environment.h"
#include "platform/tenant.h"
#include "proc/control_internal.h"

static err emit(struct web_call *call, struct control *c, const char *op, const char *type, const struct uuid *id, str name)
{
	struct audit_event event = {
		.category = AUDIT_OPERATOR, .op = str_of(op), .result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE,
		.actor_type = AUDIT_ACTOR_OPERATOR, .actor_name = S("operator"), .target_type = str_of(type),
		.target_id = uuid_text(call->arena, id), .target_name = name,
		.request_id = uuid_text(call->arena, &call->request.id), .route = str_of(call->route ? call->route : ""),
		.method = str_of(http_method_name(call->request.method)),
	};
	return audit_emit(c->worker->store, call->now, &event);
}

static void write_tenant(struct json_writer *w, const struct tenant *t, str origin)
{
	static const char *const states[] = { "being made", "active", "suspended" };
	char id[UUID_TEXT_LEN + 1];
	uuid_format(&t->id, id);
	json_open_object(w);
	json_member_str(w, S("id"), str_of(id));
	json_member_str(w, S("displayName"), t->display_name);
	json_key(w, S("domains"));
	json_open_array(w);
	for (size_t i = 0; i < t->domain_count; i++)
		json_str(w, t->domains[i]);
	json_close_array(w);
	json_member_str(w, S("state"), str_of((size_t)t->state < COUNT_OF(states) ? states[t->state] : "?"));
	char issuer[ISSUER_BYTES_MAX];
	snprintf(issuer, sizeof issuer, "%.*s/%s/v2.0", STR_ARG(origin), id);
	json_member_str(w, S("issuer"), str_of(issuer));
	json_close_object(w);
}

static void write_environment(struct json_writer *w, const struct environment *e, str origin)
{
	char url[ISSUER_BYTES_MAX];
	json_open_object(w);
	json_member_uuid(w, S("id"), &e->id);
	json_member_uuid(w, S("tenantId"), &e->tenant);
	json_member_str(w, S("uniqueName"), e->unique_name);
	json_member_str(w, S("displayName"), e->display_name);
	json_member_str(w, S("state"), str_of(environment_state_name(e->state)));
	snprintf(url, sizeof url, "%.*s/e/%.*s/api/data/v9.2/", STR_ARG(origin), STR_ARG(e->unique_name));
	json_member_str(w, S("webApiUrl"), str_of(url));
	json_close_object(w);
}

err control_answer(struct control *c, struct web_call *call, int status, const struct uuid *tenant, const struct uuid *environment)
{
	struct json_writer w;
	if (uuid_is_nil(environment)) {
		struct tenant t;
		TRY(tenant_by_id(c->worker->store, tenant, call->arena, &t));
		w = web_begin_json(call, status);
		write_tenant(&w, &t, c->origin);
		return OK;
	}
	struct environment e;
	TRY(environment_by_id(c->worker->store, environment, call->arena, &e));
	w = web_begin_json(call, status);
	write_environment(&w, &e, c->origin);
	return OK;
}

static err post_tenant(struct web_call *call)
{
	struct control *c = call->app;
	const struct json *body;
	struct uuid id = random_uuid_v4(), nil = { { 0 } };
	str display_name, domain;
	TRY(web_json(call, &body));
	if (!json_member_is_str(body, S("displayName"), &display_name) || !json_member_is_str(body, S("domain"), &domain))
		FAIL(ERR_INVALID, "a tenant wants displayName and domain");
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(tenant_insert(c->worker->store, &id, display_name, domain, call->now));
	TRY(emit(call, c, "create.tenant", "tenant", &id, display_name));
	TRY(transaction_commit(&tx));
	TRY(control_make_place(c, &id, &nil));
	return control_wait(c, call, false, &id, &nil);
}

static err get_tenants(struct web_call *call)
{
	struct control *c = call->app;
	struct tenant *tenants;
	size_t count;
	TRY(tenant_list(c->worker->store, call->arena, &tenants, &count));
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++)
		write_tenant(&w, &tenants[i], c->origin);
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

static err get_tenant(struct web_call *call)
{
	struct control *c = call->app;
	struct tenant t;
	TRY(tenant_by_name(c->worker->store, call->path_args[0], call->arena, &t));
	struct json_writer w = web_begin_json(call, 200);
	write_tenant(&w, &t, c->origin);
	return OK;
}

static err post_environment(struct web_call *call)
{
	struct control *c = call->app;
	const struct json *body;
	struct uuid id = random_uuid_v4();
	struct tenant t;
	str tenant, unique_name, display_name;
	TRY(web_json(call, &body));
	if (!json_member_is_str(body, S("tenant"), &tenant) || !json_member_is_str(body, S("uniqueName"), &unique_name))
		FAIL(ERR_INVALID, "an environment wants tenant and uniqueName");
	if (!json_member_is_str(body, S("displayName"), &display_name))
		display_name = unique_name;
	TRY(tenant_by_name(c->worker->store, tenant, call->arena, &t));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(environment_insert(c->worker->store, &id, &t.id, unique_name, display_name, call->now));
	TRY(emit(call, c, "create.environment", "environment", &id, unique_name));
	TRY(transaction_commit(&tx));
	TRY(control_make_place(c, &t.id, &id));
	return control_wait(c, call, false, &t.id, &id);
}

static err get_environments(struct web_call *call)
{
	struct control *c = call->app;
	struct environment *environments;
	size_t count;
	TRY(environment_list(c->worker->store, NULL, call->arena, &environments, &count));
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++)
		write_environment(&w, &environments[i], c->origin);
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

static err patch_environment(struct web_call *call)
{
	struct control *c = call->app;
	const struct json *body;
	enum environment_state state;
	struct environment e;
	struct uuid id;
	str text;
	TRY(uuid_parse(call->path_args[0], &id));
	TRY(web_json(call, &body));
	if (!json_member_is_str(body, S("state"), &text) || !environment_state_parse(text, &state))
		FAIL(ERR_INVALID, "state is ready, administration or disabled");
	TRY(environment_by_id(c->worker->store, &id, call->arena, &e));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(environment_set_state(c->worker->store, &id, state));
	TRY(emit(call, c, "update.environment", "environment", &id, e.unique_name));
	TRY(transaction_commit(&tx));
	TRY(control_publish_worker(c, &(struct worker_name){ .role = ROLE_DATA, .tenant = e.tenant, .environment = id }));
	TRY(control_publish_worker(c, &(struct worker_name){ .role = ROLE_IDENTITY, .tenant = e.tenant }));
	return control_answer(c, call, 200, &e.tenant, &id);
}

static const struct web_route routes[] = {
	{ HTTP_GET, "/status", control_get_status },
	{ HTTP_GET, "/tenants", get_tenants },
	{ HTTP_POST, "/tenants", post_tenant },
	{ HTTP_GET, "/tenants/{}", get_tenant },
	{ HTTP_POST, "/tenants/{}/rotateKeys", control_rotate_keys },
	{ HTTP_GET, "/environments", get_environments },
	{ HTTP_POST, "/environments", post_environment },
	{ HTTP_PATCH, "/environments/{}", patch_environment },
};

/* The operator's lane only; the public one does not even learn that these paths exist. */
static err enter(struct web_call *call, bool *out_answered)
{
	if (call->request.lane == WEB_LANE_OPERATOR)
		return OK;
	*out_answered = true;
	web_problem(call, 404, ERR(ERR_NOT_FOUND, "no such resource"));
	return OK;
}

const struct web_surface control_surface = { "/platform/v1", routes, COUNT_OF(routes), enter, web_problem };
