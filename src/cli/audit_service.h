/* cli/audit_service.h - a service to ask about the audit logs: the one that runs, or, in a folder where none does, one of our own
 * for as long as the command takes.
 *
 * Ours is the supervisor with its doors closed: it opens no address, starts no hasher and no edge but the operator's, and stops
 * with the command, also when that is killed. Its log goes to DIR/run/audit.log. */
#ifndef CLI_AUDIT_SERVICE_H
#define CLI_AUDIT_SERVICE_H

#include <sys/types.h>

#include "cli/command.h"

struct audit_service {
	pid_t pid; /* 0: somebody else's */
};

/* Returns when it answers. ERR_UNAVAILABLE when it cannot be started, and why stands in its log. */
MUST_USE NONNULL err audit_service_start(struct cli_call *call, struct audit_service *out);
/* Stops ours and waits for its end. */
NONNULL void audit_service_stop(struct audit_service *service);

#endif
