/* cli/demo_service.h - the installation's own processes for as long as a command needs them.
 *
 * They are a child of ours that serves like `bailiwick serve`, on a free port of this machine alone, and end with us whatever
 * happens to us. What they say goes to a file. */
#ifndef CLI_DEMO_SERVICE_H
#define CLI_DEMO_SERVICE_H

#include <sys/types.h>

#include "base/err.h"
#include "cli/command.h"

struct demo_service {
	pid_t pid; /* 0: not running */
};

/* Returns when the operator's lane answers. ERR_UNAVAILABLE when it does not within half a minute; log_path says why. */
MUST_USE NONNULL err demo_service_start(struct cli_call *call, const char *log_path, struct demo_service *out);
/* In order, and waits for its end. */
MUST_USE NONNULL err demo_service_stop(struct demo_service *service);
/* Stops it if it runs, whatever that says. */
NONNULL void demo_service_release(struct demo_service *service);

#endif
