/* The data worker: one environment's database, its rights and its Web API. It sees no credentials, and no other environment. */
#include "access/api.h"
#include "authz/sql_catalog.h"
#include "data/api.h"
#include "data/app.h"
#include "data/job.h"
#include "host/clock.h"
#include "host/log.h"
#include "proc/data_people.h"
#include "proc/worker.h"

static const struct web_surface *const surfaces[] = { &data_api_surface, &data_import_surface, &access_surface,
						     &access_discovery_surface };

/* There from the first channel on, be the database open or not. */
static struct people_client *client_of(struct worker *worker)
{
	if (!worker->people)
		worker->people = people_client_new();
	return worker->people;
}

static err open_data(struct worker *worker)
{
	SECRET(database_keys) keys = { .version_count = 0 };
	struct data_app *app = NULL;
	TRY(keys_database(&worker->keys, &keys));
	TRY(worker_open_store(worker, &keys, authz_migrations, AUTHZ_MIGRATION_COUNT));
	struct data_app_options options = { .store = worker->store, .keys = &worker->keys, .cursor_secret = &keys.cookie,
					    .facts = worker->child->facts, .now = clock_now(&clock_system),
					    .limits = { worker->child->start.user_requests, worker->child->start.user_execution_s } };
	TRY(data_app_open(&options, &app));
	worker->app = app;
	data_app_people(app, people_client_source(client_of(worker)));
	return OK;
}

static void close_data(struct worker *worker)
{
	data_app_close(worker->app);
	people_client_free(worker->people);
	worker->people = NULL;
}

static err directory_channel(struct worker *worker, int fd)
{
	people_client_connect(client_of(worker), fd);
	if (worker->app)
		data_app_people_changed(worker->app);
	return OK;
}

/* A change of the environment or of its people that was answered before this request was sent has been told by now. */
static void before_call(struct worker *worker)
{
	child_take_waiting(worker->child);
	if (worker->app && people_client_changed(client_of(worker)))
		data_app_people_changed(worker->app);
}

/* Whoever lost access shows as disabled although nobody asks for anything. */
static void synchronize(struct worker *worker)
{
	if (people_client_changed(client_of(worker)))
		data_app_people_changed(worker->app);
	err e = data_app_synchronize(worker->app, clock_now(&clock_system));
	if (failed(e) && err_kind_of(e) != ERR_UNAVAILABLE)
		log_err("synchronizing users with the directory", e);
}

static bool work(struct worker *worker, bool *out_later)
{
	bool more;
	err e = jobs_run(worker->app, clock_now(&clock_system), &more);
	if (failed(e))
		log_err("a job", e);
	*out_later = failed(e);
	return !failed(e) && more;
}

static bool is_busy(struct worker *worker)
{
	const struct data_app *app = worker->app;
	return app && app->jobs_wait;
}

static void facts_changed(struct worker *worker)
{
	if (!worker->app)
		return;
	err e = data_app_facts(worker->app, worker->child->facts);
	if (failed(e))
		log_err("facts of the environment", e);
}

const struct worker_app data_worker_app = {
	.role = ROLE_DATA, .surfaces = surfaces, .surface_count = COUNT_OF(surfaces), .open = open_data,
	.close = close_data, .facts = facts_changed, .directory_channel = directory_channel, .tick = synchronize, .before_call = before_call,
	.work = work, .is_busy = is_busy,
};

int data_main(void)
{
	return worker_run(&data_worker_app);
}
