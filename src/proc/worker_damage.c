#include "proc/worker_damage.h"

#include <stdio.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/log.h"

static err damage_emit(struct worker *worker, uint32_t page)
{
	char changes[40];
	snprintf(changes, sizeof changes, "{\"page\":%u}", page);
	struct audit_event event = {
		.category = AUDIT_KEY, .op = S("page.auth_failed"), .result = AUDIT_FAILURE, .severity = 2,
		.actor_type = AUDIT_ACTOR_SYSTEM, .target_type = S("database"), .changes = str_of(changes),
		.environment = { worker->child->start.environment },
	};
	SCOPED(transaction) tx = { 0 };
	TRY(store_execute(worker->store, str_of(audit_outbox_schema)));
	TRY(transaction_begin(worker->store, &tx));
	TRY(audit_emit(worker->store, clock_now(&clock_system), &event));
	return transaction_commit(&tx);
}

/* Once more from the file, with fresh pages; closed in order, so that the event is durable. */
static err damage_record(struct worker *worker, const struct worker_app *app, uint32_t page)
{
	if (app->close)
		app->close(worker);
	store_close(worker->store);
	worker->store = NULL;
	worker->app = NULL;
	TRY(app->open(worker));
	TRY(damage_emit(worker, page));
	if (app->close)
		app->close(worker);
	store_close(worker->store);
	return OK;
}

void worker_damage_leave(struct worker *worker, const struct worker_app *app)
{
	uint32_t page = store_failed_page(worker->store);
	log_line(LOG_ERROR, "page.auth_failed: page %u of the database is not as it was written", page);
	if (!app->no_audit_pump) {
		err e = damage_record(worker, app, page);
		if (failed(e))
			log_err("the damage is not in the audit log", e);
	}
	_exit(CHILD_EXIT_CORRUPT);
}
