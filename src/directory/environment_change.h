/* directory/environment_change.h - changes of who may enter an environment, on their way to the control worker.
 *
 * State, group and required plans belong to the control plane (authorization-and-data 4.11): the directory judges who asks and what, and
 * the call waits until control has written it and the environment's worker has been told. */
#ifndef DIRECTORY_ENVIRONMENT_CHANGE_H
#define DIRECTORY_ENVIRONMENT_CHANGE_H

#include "host/loop.h"
#include "ipc/supervisor_message.h"
#include "web/call.h"

enum { ENVIRONMENT_CHANGES_MAX = 16, ENVIRONMENT_CHANGE_MS = 5000 };

struct environment_changes {
	/* To the supervisor; null in tests without one. */
	err (*send)(void *self, const struct environment_change *change);
	void *self;
	struct loop *loop;
	struct loop_timer timer;
	uint64_t number;
	struct waiting_change {
		struct web_call *call; /* null: free */
		str changes;           /* what was asked for, for the log; in the call's arena */
		uint64_t number;
		int64_t due_ns;
	} waiting[ENVIRONMENT_CHANGES_MAX];
};

/* Parks the call; environments_settled (directory/environment_routes.c) answers it and audits what came of it. ERR_UNAVAILABLE: too many wait, or
 * nobody is there. */
MUST_USE NONNULL err environment_change_ask(struct environment_changes *c, struct web_call *call, str changes, struct environment_change *change);
/* Control has answered. The new facts have come before. */
NONNULL void environment_changed(struct environment_changes *c, const struct environment_changed *answer);

#endif
