/* The control worker: the platform database, the operator's /platform/v1, and the facts from which the supervisor starts
 * every other worker. It holds no tenant's data. */
#include <stdio.h>
#include <stdlib.h>

#include "audit/client.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/random.h"
#include "ipc/database_id.h"
#include "platform/environment.h"
#include "platform/facts.h"
#include "platform/sql_catalog.h"
#include "platform/tenant.h"
#include "proc/confinement.h"
#include "proc/worker.h"

enum { OWN_ARENA_BYTES = 1 << 20, FACTS_WORK_BYTES = 64 << 20, CALLS_WAITING_MAX = 64 };

/* A call that waits for the supervisor: for a folder to be made, or for the list of processes. */
struct waiting {
	struct web_call *call; /* null: free */
	bool status;
	struct uuid tenant, environment;
};

struct control {
	struct worker *worker;
	struct arena *own_arena;
	str origin;
	struct waiting waiting[CALLS_WAITING_MAX];
	struct buffer status_rows; /* JSON rows collected over several messages */
	struct json_writer status_writer;
};

/* --- facts --- */

static err send_facts(struct control *c, const struct worker_name *name, bool known, str text)
{
	SCOPED(buffer) b;
	struct supervisor_facts head = { .kind = CHILD_FACTS, .worker = *name, .known = known };
	buffer_init(&b, CHANNEL_MESSAGE_BYTES_MAX);
	buffer_append(&b, bytes_of(&head, sizeof head));
	buffer_append_str(&b, text);
	if (b.failed)
		FAIL(ERR_LIMIT, "facts longer than a message carries");
	return child_send(c->worker->child, b.at, b.len);
}

static err publish_worker(struct control *c, const struct worker_name *name)
{
	struct arena *arena = arena_new(FACTS_WORK_BYTES);
	bool known = false;
	str text;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_of_worker(c->worker->store, name, c->origin, arena, &text, &known);
	if (!failed(e))
		e = send_facts(c, name, known, text);
	arena_free(arena);
	return e;
}

static err publish_routes(struct control *c)
{
	struct worker_name edges = { .role = ROLE_EDGE };
	struct arena *arena = arena_new(FACTS_WORK_BYTES);
	str text;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_of_edges(c->worker->store, c->origin, arena, &text);
	if (!failed(e))
		e = send_facts(c, &edges, true, text);
	arena_free(arena);
	return e;
}

/* --- events --- */

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

/* --- making places --- */

static err wait_for_supervisor(struct control *c, struct web_call *call, bool status, const struct uuid *tenant,
			       const struct uuid *environment)
{
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		if (c->waiting[i].call)
			continue;
		c->waiting[i] = (struct waiting){ call, status, *tenant, *environment };
		web_park(call);
		return OK;
	}
	FAIL(ERR_UNAVAILABLE, "too many requests wait for the supervisor");
}

static err make_keys(struct control *c, const struct uuid *tenant, const struct uuid *environment)
{
	struct tenant_id id = { *tenant };
	char text[UUID_TEXT_LEN + 1], issuer[ISSUER_BYTES_MAX];
	static const enum process_role of_tenant[] = { ROLE_IDENTITY, ROLE_RECORDER };
	if (!uuid_is_nil(environment))
		return keys_create_database(&c->worker->keys, &id, environment);
	uuid_format(tenant, text);
	snprintf(issuer, sizeof issuer, "%.*s/%s/v2.0", STR_ARG(c->origin), text);
	TRY(keys_create_tenant(&c->worker->keys, &id, str_of(issuer)));
	for (size_t i = 0; i < COUNT_OF(of_tenant); i++) {
		struct uuid database = database_id_of(of_tenant[i], tenant, environment);
		TRY(keys_create_database(&c->worker->keys, &id, &database));
	}
	return OK;
}

/* Keys, then the folder (the supervisor answers PROVISIONED), then active. Each step may be repeated. */
static err make_place(struct control *c, const struct uuid *tenant, const struct uuid *environment)
{
	struct child_provision message = { .kind = CHILD_PROVISION, .tenant = *tenant, .environment = *environment };
	TRY(make_keys(c, tenant, environment));
	return child_send(c->worker->child, &message, sizeof message);
}

/* Keys and folder are there: from now on it can be used. Said by the platform itself, as no request does it. */
static err emit_active(struct control *c, const struct uuid *tenant, const struct uuid *environment)
{
	bool is_tenant = uuid_is_nil(environment);
	char id[UUID_TEXT_LEN + 1];
	struct audit_event event = {
		.category = AUDIT_ADMIN, .op = is_tenant ? S("provision.tenant") : S("provision.environment"),
		.result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE, .actor_type = AUDIT_ACTOR_SYSTEM, .actor_name = S("control"),
		.target_type = is_tenant ? S("tenant") : S("environment"),
	};
	uuid_format(is_tenant ? tenant : environment, id);
	event.target_id = str_of(id);
	return audit_emit(c->worker->store, clock_now(&clock_system), &event);
}

static err activate(struct control *c, const struct uuid *tenant, const struct uuid *environment)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	if (uuid_is_nil(environment))
		TRY(tenant_activate(c->worker->store, tenant));
	else
		TRY(environment_activate(c->worker->store, environment));
	TRY(emit_active(c, tenant, environment));
	TRY(transaction_commit(&tx));
	TRY(publish_routes(c));
	/* The identity worker, if it runs, and the recorder learn of a new environment. */
	if (uuid_is_nil(environment))
		return OK;
	TRY(publish_worker(c, &(struct worker_name){ .role = ROLE_IDENTITY, .tenant = *tenant }));
	return publish_worker(c, &(struct worker_name){ .role = ROLE_RECORDER, .tenant = *tenant });
}

/* --- answers --- */

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

static err answer_made(struct control *c, struct web_call *call, const struct uuid *tenant, const struct uuid *environment)
{
	struct json_writer w;
	if (uuid_is_nil(environment)) {
		struct tenant t;
		TRY(tenant_by_id(c->worker->store, tenant, call->arena, &t));
		w = web_begin_json(call, 201);
		write_tenant(&w, &t, c->origin);
		return OK;
	}
	struct environment e;
	TRY(environment_by_id(c->worker->store, environment, call->arena, &e));
	w = web_begin_json(call, 201);
	write_environment(&w, &e, c->origin);
	return OK;
}

static void on_provisioned(struct control *c, const struct supervisor_answer *answer)
{
	const struct worker_name *name = &answer->worker;
	err e = answer->result ? ERR(ERR_UNAVAILABLE, "the folder could not be made")
			       : activate(c, &name->tenant, &name->environment);
	if (failed(e) && err_kind_of(e) != ERR_NOT_FOUND) /* active already: a repeated step */
		log_err("activating", e);
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		struct waiting *wait = &c->waiting[i];
		if (!wait->call || wait->status || !uuid_equal(&wait->tenant, &name->tenant) ||
		    !uuid_equal(&wait->environment, &name->environment))
			continue;
		struct web_call *call = wait->call;
		wait->call = NULL;
		if (!failed(e))
			e = answer_made(c, call, &name->tenant, &name->environment);
		if (failed(e))
			web_problem(call, web_status_of_kind(err_kind_of(e)), e);
		web_finish(call);
	}
}

/* --- the list of processes --- */

static void write_process(struct json_writer *w, const struct process_status *p)
{
	char text[128];
	json_open_object(w);
	json_member_str(w, S("role"), str_of(process_role_name(p->role)));
	if (p->role == ROLE_EDGE)
		json_member_str(w, S("lane"), p->lane == LANE_OPERATOR ? S("operator") : S("public"));
	json_member_i64(w, S("pid"), p->pid);
	json_member_i64(w, S("uid"), p->uid);
	if (!uuid_is_nil(&p->tenant))
		json_member_uuid(w, S("tenantId"), &p->tenant);
	if (!uuid_is_nil(&p->environment))
		json_member_uuid(w, S("environmentId"), &p->environment);
	json_member_bool(w, S("ready"), p->ready != 0);
	json_member_i64(w, S("starts"), p->starts);
	json_member_i64(w, S("failures"), p->failures);
	json_member_bool(w, S("failing"), p->failing != 0);
	instant_format((struct instant){ p->started_ms }, true, text);
	json_member_str(w, S("started"), str_of(text));
	confinement_text(p->confinement, text, sizeof text);
	json_member_str(w, S("confinedBy"), str_of(text));
	confinement_text(~p->confinement & CONFINEMENT_ALL, text, sizeof text);
	json_member_str(w, S("notOffered"), str_of(text));
	json_close_object(w);
}

static void finish_status(struct control *c)
{
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		if (!c->waiting[i].call || !c->waiting[i].status)
			continue;
		struct web_call *call = c->waiting[i].call;
		c->waiting[i].call = NULL;
		struct json_writer w = web_begin_json(call, 200);
		json_open_object(&w);
		json_member_str(&w, S("version"), S(BAILIWICK_VERSION));
		json_key(&w, S("processes"));
		json_raw(&w, buffer_str(&c->status_rows));
		json_close_object(&w);
		web_finish(call);
	}
}

static void on_status(struct control *c, const struct supervisor_status *message)
{
	if (message->row_count > STATUS_ROWS_PER_MESSAGE)
		return;
	if (message->row_first == 0) {
		buffer_clear(&c->status_rows);
		c->status_writer = json_writer_to(&c->status_rows);
		json_open_array(&c->status_writer);
	}
	for (uint32_t i = 0; i < message->row_count; i++)
		write_process(&c->status_writer, &message->rows[i]);
	if (message->row_first + message->row_count < message->row_total)
		return;
	json_close_array(&c->status_writer);
	finish_status(c);
}

static err get_status(struct web_call *call)
{
	struct control *c = call->app;
	enum supervisor_message_kind ask = CHILD_STATUS_ASKED;
	struct uuid nil = { { 0 } };
	TRY(child_send(c->worker->child, &ask, sizeof ask));
	return wait_for_supervisor(c, call, true, &nil, &nil);
}

/* --- routes --- */

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
	TRY(make_place(c, &id, &nil));
	return wait_for_supervisor(c, call, false, &id, &nil);
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
	TRY(make_place(c, &t.id, &id));
	return wait_for_supervisor(c, call, false, &t.id, &id);
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
	TRY(publish_worker(c, &(struct worker_name){ .role = ROLE_DATA, .tenant = e.tenant, .environment = id }));
	TRY(publish_worker(c, &(struct worker_name){ .role = ROLE_IDENTITY, .tenant = e.tenant }));
	return answer_made(c, call, &e.tenant, &id);
}

static const struct web_route routes[] = {
	{ HTTP_GET, "/status", get_status },
	{ HTTP_GET, "/tenants", get_tenants },
	{ HTTP_POST, "/tenants", post_tenant },
	{ HTTP_GET, "/tenants/{}", get_tenant },
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

static const struct web_surface surface = { "/platform/v1", routes, COUNT_OF(routes), enter, web_problem };
static const struct web_surface *const surfaces[] = { &surface };

/* --- life --- */

/* What a crash left half made is finished. */
static err finish_half_made(struct control *c)
{
	struct uuid nil = { { 0 } };
	struct tenant *tenants;
	struct environment *environments;
	size_t count;
	struct arena *arena = arena_new(FACTS_WORK_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = tenant_list(c->worker->store, arena, &tenants, &count);
	for (size_t i = 0; !failed(e) && i < count; i++)
		if (tenants[i].state == TENANT_BEING_MADE)
			e = make_place(c, &tenants[i].id, &nil);
	if (!failed(e))
		e = environment_list(c->worker->store, NULL, arena, &environments, &count);
	for (size_t i = 0; !failed(e) && i < count; i++)
		if (environments[i].state == ENVIRONMENT_BEING_MADE)
			e = make_place(c, &environments[i].tenant, &environments[i].id);
	arena_free(arena);
	return e;
}

static err read_origin(struct worker *worker, struct control *c)
{
	const struct json *facts;
	str origin;
	TRY(json_parse(bytes_of_str(worker->child->facts), JSON_LIMITS_DEFAULT, c->own_arena, &facts, NULL));
	if (!json_member_is_str(facts, S("origin"), &origin))
		FAIL(ERR_INVALID, "facts without an origin");
	c->origin = origin;
	return OK;
}

static err open_control(struct worker *worker)
{
	struct control *c = calloc(1, sizeof *c);
	SECRET(database_keys) keys = { .version_count = 0 };
	if (!c)
		FAIL(ERR_LIMIT, "no memory for control");
	c->worker = worker;
	worker->app = c;
	buffer_init(&c->status_rows, WEB_RESPONSE_BYTES_MAX);
	c->own_arena = arena_new(OWN_ARENA_BYTES);
	if (!c->own_arena)
		FAIL(ERR_LIMIT, "no memory for control");
	TRY(keys_database(&worker->keys, &keys));
	TRY(worker_open_store(worker, &keys, platform_migrations, PLATFORM_MIGRATION_COUNT));
	TRY(read_origin(worker, c));
	TRY(finish_half_made(c));
	return publish_routes(c);
}

static void close_control(struct worker *worker)
{
	struct control *c = worker->app;
	buffer_release(&c->status_rows);
	arena_free(c->own_arena);
	free(c);
}

static void on_message(struct worker *worker, bytes raw)
{
	struct control *c = worker->app;
	enum supervisor_message_kind kind;
	struct supervisor_facts facts;
	struct supervisor_answer answer;
	static struct supervisor_status status;
	if (!c || raw.len < sizeof kind)
		return;
	memcpy(&kind, raw.at, sizeof kind);
	if (kind == SUPERVISOR_FACTS_ASKED && raw.len == sizeof facts) {
		memcpy(&facts, raw.at, sizeof facts);
		err e = publish_worker(c, &facts.worker);
		if (failed(e))
			log_err("facts of a worker", e);
	} else if (kind == SUPERVISOR_PROVISIONED && raw.len == sizeof answer) {
		memcpy(&answer, raw.at, sizeof answer);
		on_provisioned(c, &answer);
	} else if (kind == SUPERVISOR_STATUS && raw.len == sizeof status) {
		memcpy(&status, raw.at, sizeof status);
		on_status(c, &status);
	}
}

int control_main(void)
{
	static const struct worker_app app = {
		.role = ROLE_CONTROL, .surfaces = surfaces, .surface_count = COUNT_OF(surfaces), .open = open_control,
		.close = close_control, .message = on_message,
	};
	return worker_run(&app);
}
