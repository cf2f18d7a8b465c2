/* proc/worker.h - the frame of the processes that answer HTTP requests for one database: identity, data, recorder,
 * control. It owns the channels, decodes requests, gives each an arena, dispatches by the app's route table, sends answers,
 * keeps parked calls, drives the audit pump, and leaves when idle.
 *
 * An app is opened when the keeper's channel is there (it needs its database's keys). One request is worked on at a time. */
#ifndef PROC_WORKER_H
#define PROC_WORKER_H

#include "audit/client.h"
#include "keys/client.h"
#include "proc/child.h"
#include "store/store.h"
#include "web/route.h"

struct worker {
	struct child *child;
	struct loop *loop;
	struct keys keys;          /* keys.channel is -1 while the keeper is away */
	struct store *store;       /* set by the app's open; closed by the frame  */
	struct audit_pump *pump;   /* made by the frame for `store`, unless the app is the recorder */
	int hasher;                /* identity: channel to the hasher or -1; the frame watches it   */
	void *app;
	void *people;              /* identity, data: what answers questions about people, or asks them; there before `app` */
};

struct worker_app {
	enum process_role role;
	const struct web_surface *const *surfaces;
	size_t surface_count;
	/* Opens the database (worker->store) and sets worker->app, which web_call.app then is. */
	err (*open)(struct worker *worker);
	void (*close)(struct worker *worker);
	void (*facts)(struct worker *worker);                  /* child->facts has changed                     */
	void (*hasher_ready)(struct worker *worker);           /* worker->hasher can be read (or has changed)  */
	/* recorder: a producer's channel; the app owns it. Others: null. */
	err (*producer)(struct worker *worker, const struct channel_binding *binding, int fd);
	/* identity: an environment's channel; data: the one to its directory. The app owns it. Others: null. */
	err (*directory_channel)(struct worker *worker, int fd);
	void (*tick)(struct worker *worker);                   /* a few times a second, between requests */
	void (*before_call)(struct worker *worker);            /* what has been told before this request was sent is in force */
	void (*before_answer)(struct worker *worker);          /* what a request has changed is told before it is answered    */
	void (*message)(struct worker *worker, bytes raw);     /* control, identity: other supervisor messages */
	void (*reload)(struct worker *worker);
	/* A bounded part of what goes on behind requests; true: more is to be done. `later`: it failed, and not at once again. */
	bool (*work)(struct worker *worker, bool *out_later);
	bool (*is_busy)(struct worker *worker);                /* not idle although no request is being worked on */
	bool no_audit_pump;
};

NONNULL int worker_run(const struct worker_app *app);

/* The data worker's. The isolation tests run it with one surface more, the attacker's (tests/attack). */
extern const struct worker_app data_worker_app;

/* For an app's open: opens its database file (child->start.path) with these keys and migrations, the freshness anchor kept by
 * the keeper, and sets worker->store. */
MUST_USE NONNULL err worker_open_store(struct worker *worker, const struct database_keys *keys,
				       const struct sql_migration *migrations, size_t migration_count);

#endif
