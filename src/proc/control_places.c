/* Making a tenant or an environment: keys, a folder, then active; each step may be repeated after a crash. */
#include <stdio.h>

#include "audit/client.h"
#include "host/clock.h"
#include "host/log.h"
#include "ipc/database_id.h"
#include "platform/environment.h"
#include "platform/tenant.h"
#include "proc/control_internal.h"

static const int64_t edges_patience_ns = 5000000000;

err control_wait(struct control *c, struct web_call *call, bool status, const struct uuid *tenant,
			       const struct uuid *environment)
{
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		if (c->waiting[i].call)
			continue;
		c->waiting[i] = (struct waiting){ .call = call, .status = status, .tenant = *tenant, .environment = *environment };
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

err control_make_place(struct control *c, const struct uuid *tenant, const struct uuid *environment)
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
	TRY(control_publish_routes(c));
	/* The identity worker, if it runs, and the recorder learn of a new environment. */
	if (uuid_is_nil(environment))
		return OK;
	TRY(control_publish_worker(c, &(struct worker_name){ .role = ROLE_IDENTITY, .tenant = *tenant }));
	return control_publish_worker(c, &(struct worker_name){ .role = ROLE_RECORDER, .tenant = *tenant });
}

/* --- made: answered when the edges know it --- */

static void finish_waiting(struct control *c, struct waiting *wait, err e)
{
	struct web_call *call = wait->call;
	wait->call = NULL;
	if (!failed(e))
		e = control_answer(c, call, 201, &wait->tenant, &wait->environment);
	if (failed(e))
		web_problem(call, web_status_of_kind(err_kind_of(e)), e);
	web_finish(call);
}

/* One question at a time; it is about the newest table, so it covers everyone who waits now. */
static void ask_whether_told(struct control *c)
{
	struct routes_told ask = { .kind = CHILD_TOLD_ASKED, .number = c->routes_number };
	err e = child_send(c->worker->child, &ask, sizeof ask);
	if (failed(e))
		log_err("asking whether the edges were told", e);
	else
		c->told_asked = c->routes_number;
}

/* The soonest that someone's patience ends. */
static void watch_patience(struct control *c)
{
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++)
		if (c->waiting[i].call && c->waiting[i].routes_number && c->waiting[i].due_ns < due)
			due = c->waiting[i].due_ns;
	if (due == INT64_MAX)
		loop_timer_stop(c->worker->loop, &c->told_timer);
	else if (failed(loop_timer_set(c->worker->loop, &c->told_timer, due)))
		log_line(LOG_ERROR, "no memory for a timer");
}

/* What was made is made: an edge that hears of it late is no reason to call it failed. */
static void patience_ended(struct loop_timer *timer)
{
	struct control *c = timer->owner;
	log_line(LOG_WARNING, "not every edge has said that it uses the new routing table");
	c->told_asked = 0;
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++)
		if (c->waiting[i].call && c->waiting[i].routes_number && c->waiting[i].due_ns <= loop_now_ns(c->worker->loop))
			finish_waiting(c, &c->waiting[i], OK);
	watch_patience(c);
}

void control_wait_for_edges(struct control *c, struct waiting *wait)
{
	wait->routes_number = c->routes_number;
	wait->due_ns = loop_now_ns(c->worker->loop) + edges_patience_ns;
	c->told_timer.fire = patience_ended;
	c->told_timer.owner = c;
	watch_patience(c);
	if (!c->told_asked)
		ask_whether_told(c);
}

void control_edges_told(struct control *c, const struct routes_told *message)
{
	bool more = false;
	if (message->number != c->told_asked)
		return; /* the answer to a question that was given up */
	c->told_asked = 0;
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		struct waiting *wait = &c->waiting[i];
		if (!wait->call || !wait->routes_number)
			continue;
		if (wait->routes_number <= message->number)
			finish_waiting(c, wait, OK);
		else
			more = true;
	}
	watch_patience(c);
	if (more)
		ask_whether_told(c);
}

void control_provisioned(struct control *c, const struct supervisor_answer *answer)
{
	const struct worker_name *name = &answer->worker;
	err e = answer->result ? ERR(ERR_UNAVAILABLE, "the folder could not be made")
			       : activate(c, &name->tenant, &name->environment);
	if (failed(e) && err_kind_of(e) != ERR_NOT_FOUND) /* active already: a repeated step */
		log_err("activating", e);
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		struct waiting *wait = &c->waiting[i];
		if (!wait->call || wait->status || wait->routes_number || !uuid_equal(&wait->tenant, &name->tenant) ||
		    !uuid_equal(&wait->environment, &name->environment))
			continue;
		if (failed(e))
			finish_waiting(c, wait, e);
		else
			control_wait_for_edges(c, wait);
	}
}

err control_finish_half_made(struct control *c)
{
	struct uuid nil = { { 0 } };
	struct tenant *tenants;
	struct environment *environments;
	size_t count;
	struct arena *arena = arena_new(CONTROL_WORK_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = tenant_list(c->worker->store, arena, &tenants, &count);
	for (size_t i = 0; !failed(e) && i < count; i++)
		if (tenants[i].state == TENANT_BEING_MADE)
			e = control_make_place(c, &tenants[i].id, &nil);
	if (!failed(e))
		e = environment_list(c->worker->store, NULL, arena, &environments, &count);
	for (size_t i = 0; !failed(e) && i < count; i++)
		if (environments[i].state == ENVIRONMENT_BEING_MADE)
			e = control_make_place(c, &environments[i].tenant, &environments[i].id);
	arena_free(arena);
	return e;
}
