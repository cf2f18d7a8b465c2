/* Making a tenant or an environment: keys, a folder, then active; each step may be repeated after a crash. */
#include <stdio.h>

#include "audit/client.h"
#include "host/clock.h"
#include "host/log.h"
#include "ipc/database_id.h"
#include "platform/environment.h"
#include "platform/tenant.h"
#include "proc/control_internal.h"

err control_wait(struct control *c, struct web_call *call, bool status, const struct uuid *tenant,
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

void control_provisioned(struct control *c, const struct supervisor_answer *answer)
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
			e = control_answer(c, call, 201, &name->tenant, &name->environment);
		if (failed(e))
			web_problem(call, web_status_of_kind(err_kind_of(e)), e);
		web_finish(call);
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
