/* proc/child.h - the frame of every process but the supervisor: takes its start message and channels from descriptor 3,
 * confines itself, then serves its loop.
 *
 * Order: read SUPERVISOR_START -> hooks.open (opens files, sockets; allocates) -> confine (uid is already dropped by the
 * supervisor's fork; seccomp, Landlock, rlimits here) -> CHILD_READY -> loop. A role that has more to do before it can serve
 * (`ready_later`: a worker opens its database when the keeper's channel is there) says CHILD_READY itself. When descriptor 3
 * closes, the supervisor is gone and the process ends. */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include "base/arena.h"
#include "cli/cli.h"
#include "host/loop.h"
#include "ipc/channel.h"
#include "ipc/supervisor_message.h"

struct child {
	struct loop *loop;
	struct supervisor_start start;
	str facts;          /* of START or the latest FACTS; JSON, owned by the frame. An edge's come as HANDED_ROUTES */
	uint64_t routes_number; /* edges: of HANDED_ROUTES */
	void *self;         /* the hooks' own */
	const struct child_hooks *hooks;
	struct loop_watch watch;
	uint32_t confinement; /* hooks->open may set further bits, of what it could get */
	int handed[HANDED_FILE_COUNT]; /* by bit: descriptors of files that the supervisor opened; -1 */
	struct arena *facts_arena;
	bool stopping;
};

struct child_hooks {
	enum process_role role;
	bool ready_later; /* child_say_ready is called by the hooks */
	/* Sets child->self. Runs unconfined: keep untrusted bytes out of it. */
	err (*open)(struct child *child);
	/* A channel arrived, at start or later as a replacement. The hook owns fd. */
	err (*channel)(struct child *child, const struct channel_binding *binding, int fd);
	/* child->facts, or HANDED_ROUTES, has changed. May be null, as all below. */
	void (*facts)(struct child *child);
	void (*reload)(struct child *child);
	/* Finish and call loop_stop(child->loop); null: stop at once. */
	void (*stop)(struct child *child);
	/* Any other message of the supervisor (control worker). */
	void (*message)(struct child *child, bytes raw);
	void (*close)(struct child *child);
};

/* The process's whole life; returns its exit status. `self` becomes child->self; it may be null, and hooks->open may set it. */
int child_run(const struct child_hooks *hooks, void *self);
/* Sends one struct to the supervisor. */
MUST_USE NONNULL err child_send(struct child *child, const void *message, size_t size);
/* The same with a file, which stays the caller's. */
MUST_USE NONNULL err child_send_file(struct child *child, const void *message, size_t size, int fd);

/* Takes what the supervisor has sent so far, if anything: for whoever must not work by facts older than a request. */
NONNULL void child_take_waiting(struct child *child);

/* What START, the latest RELOAD or (HANDED_ROUTES) FACTS brought of that file; -1 when nothing. Stays the frame's, which replaces it at the next
 * RELOAD that brings one. */
NONNULL int child_handed(const struct child *child, enum handed_file file);

/* Exit statuses that tell the supervisor more than "it failed". */
enum child_exit { CHILD_EXIT_OK = 0, CHILD_EXIT_FAILED = 1, CHILD_EXIT_CORRUPT = 4, CHILD_EXIT_DENIED = 5 };

/* For roles with ready_later: it serves from now on. */
MUST_USE NONNULL err child_say_ready(struct child *child);

/* One per role: what main() of a re-executed process calls. */
int keeper_main(void);
int edge_main(void);
int control_main(void);
int identity_main(void);
int data_main(void);
int recorder_main(void);
int hasher_main(void);
int supervisor_main(const struct serve_options *options);

#endif
