/* proc/identity_main.c - the identity worker: one tenant's directory and its OpenID provider.
 *
 * May: open its own directory database, ask the keeper for that database's keys and for signatures under its tenant's issuer,
 * ask the hasher, tell the recorder. Sees no business data and no signing key. */
#include <stdlib.h>
#include <unistd.h>

#include "directory/environment_change.h"
#include "directory/hash_queue.h"
#include "directory/sql_catalog.h"
#include "host/clock.h"
#include "host/log.h"
#include "proc/identity_people.h"
#include "proc/worker.h"
#include "signin/signin.h"

/* Environments may be connected before the directory is open. */
static struct people *people_of(struct worker *w)
{
	if (!w->people)
		w->people = people_new(w->loop);
	return w->people;
}

static err send_change(void *self, const struct environment_change *change)
{
	struct worker *w = self;

	return child_send(w->child, change, sizeof *change);
}

static err open_parts(struct worker *w, const struct database_keys *keys, struct identity_app *app)
{
	struct signin *signin = NULL;

	TRY(worker_open_store(w, keys, directory_migrations, DIRECTORY_MIGRATION_COUNT));
	TRY(directory_open(w->store, &w->keys, w->child->facts, clock_now(&clock_system), &app->directory));
	TRY(signin_open(app->directory, keys, &signin));
	app->signin = signin;
	hash_queue_set_channel(app->directory->hashes, w->hasher);
	app->directory->changes->send = send_change;
	app->directory->changes->self = w;
	app->directory->changes->loop = w->loop;
	if (!people_of(w))
		FAIL(ERR_LIMIT, "no memory for the identity worker");
	people_open(w->people, app->directory);
	return OK;
}

static err on_open(struct worker *w)
{
	struct identity_app *app = calloc(1, sizeof *app);
	SECRET(database_keys) keys = { 0 };

	if (!app)
		FAIL(ERR_LIMIT, "no memory for the identity worker");
	w->app = app; /* on_close frees it, also after a failure below */
	TRY(keys_database(&w->keys, &keys));
	return open_parts(w, &keys, app);
}

static void on_close(struct worker *w)
{
	struct identity_app *app = w->app;

	if (!app)
		return;
	if (app->directory)
		hash_queue_set_channel(app->directory->hashes, -1);
	people_free(w->people);
	w->people = NULL;
	signin_close(app->signin);
	directory_close(app->directory);
	free(app);
	w->app = NULL;
}

static void on_facts(struct worker *w)
{
	struct identity_app *app = w->app;
	err e = directory_reconcile(app->directory, w->child->facts, clock_now(&clock_system));

	if (failed(e))
		log_err("new facts", e);
}

static err on_environment(struct worker *w, int fd)
{
	if (people_of(w))
		return people_add(w->people, fd);
	close(fd);
	FAIL(ERR_LIMIT, "no memory for an environment's channel");
}

static void before_answer(struct worker *w)
{
	people_notice(w->people);
}

static void on_message(struct worker *w, bytes raw)
{
	struct identity_app *app = w->app;
	struct environment_changed answer;

	if (!app || !app->directory || raw.len != sizeof answer)
		return;
	memcpy(&answer, raw.at, sizeof answer);
	if (answer.kind == SUPERVISOR_ENVIRONMENT_CHANGED)
		environment_changed(app->directory->changes, &answer);
}

static void on_hasher(struct worker *w)
{
	struct identity_app *app = w->app;

	hash_queue_set_channel(app->directory->hashes, w->hasher);
	if (w->hasher >= 0)
		hash_queue_receive(app->directory->hashes);
}

/* Asked at every tick of an idle worker: also the moment to give up on jobs that were not answered. */
static bool on_is_busy(struct worker *w)
{
	struct identity_app *app = w->app;

	hash_queue_expire(app->directory->hashes, clock_monotonic_ns(&clock_system) / 1000000);
	return hash_queue_is_busy(app->directory->hashes);
}

int identity_main(void)
{
	static const struct web_surface *const surfaces[] = { &signin_surface, &directory_surface, &discovery_surface };
	static const struct worker_app app = {
		.role = ROLE_IDENTITY, .surfaces = surfaces, .surface_count = COUNT_OF(surfaces), .open = on_open,
		.close = on_close, .facts = on_facts, .hasher_ready = on_hasher, .is_busy = on_is_busy,
		.directory_channel = on_environment, .before_answer = before_answer, .message = on_message,
	};

	return worker_run(&app);
}
