/* cli/cli.h - the command line.
 *
 * Exit codes, the same for every command: 0 done, 1 it failed or was refused, 2 the command line is wrong, 3 the service
 * cannot be reached. Answers go to standard output, everything else to standard error. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_UNREACHABLE = 3 };

/* What main() lends, since the command line stands below the processes: `serve` is the supervisor, `roles` the
 * mains of the processes that it starts again as `bailiwick process ROLE`. */
struct cli_role {
	const char *name;
	int (*main)(void);
};
struct serve_options {
	const char *folder;
	int port;                    /* 0: from the configuration              */
	const char *passphrase_file; /* null: from elsewhere (keys/passphrase.h) */
	bool closed;                 /* only the operator's socket: for a command that needs the processes, not the service */
};
struct cli_ports {
	int (*serve)(const struct serve_options *options);
	const struct cli_role *roles;
	size_t role_count;
};

/* The program's whole life: returns its exit status. */
int cli_main(int argc, char **argv, const struct cli_ports *ports);

#endif
