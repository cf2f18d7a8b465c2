/* The control worker: the platform database, the operator's /platform/v1, and the facts from which the supervisor starts
 * every other worker. It holds no tenant's data. */
#include <stdlib.h>

#include "host/log.h"
#include "platform/sql_catalog.h"
#include "proc/control_internal.h"

enum { OWN_ARENA_BYTES = 1 << 20 };

static const struct web_surface *const surfaces[] = { &control_surface };

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
	TRY(control_finish_half_made(c));
	TRY(control_keys_start(c));
	return control_publish_routes(c);
}

static void close_control(struct worker *worker)
{
	struct control *c = worker->app;
	loop_timer_stop(worker->loop, &c->told_timer);
	loop_timer_stop(worker->loop, &c->keys_timer);
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
	struct routes_told told;
	struct environment_change change;
	static struct supervisor_status status;
	if (!c || raw.len < sizeof kind)
		return;
	memcpy(&kind, raw.at, sizeof kind);
	if (kind == SUPERVISOR_FACTS_ASKED && raw.len == sizeof facts) {
		memcpy(&facts, raw.at, sizeof facts);
		err e = control_publish_worker(c, &facts.worker);
		if (failed(e))
			log_err("facts of a worker", e);
	} else if (kind == SUPERVISOR_PROVISIONED && raw.len == sizeof answer) {
		memcpy(&answer, raw.at, sizeof answer);
		control_provisioned(c, &answer);
	} else if (kind == SUPERVISOR_TOLD && raw.len == sizeof told) {
		memcpy(&told, raw.at, sizeof told);
		control_edges_told(c, &told);
	} else if (kind == SUPERVISOR_ENVIRONMENT_CHANGE && raw.len == sizeof change) {
		memcpy(&change, raw.at, sizeof change);
		control_environment_change(c, &change);
	} else if (kind == SUPERVISOR_STATUS && raw.len == sizeof status) {
		memcpy(&status, raw.at, sizeof status);
		control_status(c, &status);
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
