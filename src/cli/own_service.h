/* cli/own_service.h - a service to ask: the one that runs, or, in a folder where none does, one of our own for as long as the
 * command takes.
 *
 * Ours is the supervisor with its doors closed: it opens no address and starts no edge but the operator's, and stops with the
 * command, also when that is killed. Its log goes to DIR/run/own-service.log. */
#ifndef CLI_OWN_SERVICE_H
#define CLI_OWN_SERVICE_H

#include <sys/types.h>

#include "cli/command.h"

struct own_service {
	pid_t pid; /* 0: somebody else's */
};

/* Returns when it answers. ERR_UNAVAILABLE when it cannot be started, and why stands in its log. */
MUST_USE NONNULL err own_service_start(struct cli_call *call, struct own_service *out);
/* Stops ours and waits for its end. */
NONNULL void own_service_stop(struct own_service *service);

#endif
