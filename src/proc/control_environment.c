/* Who may enter an environment, changed by its tenant's administrator (authorization-and-data 4.11): the identity worker has judged
 * who asks, the supervisor has said whose directory it is. */
#include "audit/client.h"
#include "host/clock.h"
#include "host/log.h"
#include "platform/environment.h"
#include "platform/facts.h"
#include "proc/control_internal.h"

static err emit(struct control *c, const struct environment *e)
{
	char id[UUID_TEXT_LEN + 1];
	struct audit_event event = {
		.category = AUDIT_ADMIN, .op = S("update.environment"), .result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE,
		.actor_type = AUDIT_ACTOR_SYSTEM, .actor_name = S("tenant"), .target_type = S("environment"), .target_name = e->unique_name,
	};
	uuid_format(&e->id, id);
	event.target_id = str_of(id);
	return audit_emit(c->worker->store, clock_now(&clock_system), &event);
}

/* What a message cannot carry is refused before it is written. */
static err check_facts(struct control *c, const struct worker_name *name, struct arena *arena)
{
	bool known;
	str text;
	return facts_of_worker(c->worker->store, name, c->origin, arena, &text, &known);
}

static err change_in(struct control *c, const struct environment_change *change, struct arena *arena)
{
	struct worker_name data = { .role = ROLE_DATA, .tenant = change->tenant, .environment = change->environment };
	struct worker_name identity = { .role = ROLE_IDENTITY, .tenant = change->tenant };
	struct environment e;
	if (change->state < ENVIRONMENT_READY || change->state > ENVIRONMENT_DISABLED || change->plan_count > CHANGE_PLANS_MAX)
		FAIL(ERR_INVALID, "a malformed change of an environment");
	TRY(environment_by_id(c->worker->store, &change->environment, arena, &e));
	if (!uuid_equal(&e.tenant, &change->tenant))
		FAIL(ERR_NOT_FOUND, "no such environment of the tenant");
	e.state = (enum environment_state)change->state;
	e.security_group = change->group;
	e.required_plans = change->plans;
	e.required_plan_count = change->plan_count;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(environment_set_admission(c->worker->store, &e));
	TRY(check_facts(c, &identity, arena));
	TRY(emit(c, &e));
	TRY(transaction_commit(&tx));
	TRY(control_publish_worker(c, &data)); /* first, so that whoever is answered finds it in force */
	return control_publish_worker(c, &identity);
}

void control_environment_change(struct control *c, const struct environment_change *change)
{
	struct environment_changed answer = { .kind = CHILD_ENVIRONMENT_CHANGED, .tenant = change->tenant,
					      .environment = change->environment, .number = change->number };
	struct arena *arena = arena_new(CONTROL_WORK_BYTES);
	err e = arena ? change_in(c, change, arena) : ERR(ERR_LIMIT, "no memory");
	if (failed(e))
		log_err("change of an environment", e);
	arena_free(arena);
	answer.result = err_kind_of(e);
	e = child_send(c->worker->child, &answer, sizeof answer);
	if (failed(e))
		log_err("answer to a change of an environment", e);
}
