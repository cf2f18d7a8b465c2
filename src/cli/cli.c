#include "cli/cli.h"

#include <stdlib.h>

#include "cli/commands.h"

enum { CALL_ARENA_BYTES = 256 << 20 };

/* `bailiwick process ROLE`: the supervisor's own, in no help text. */
static int run_role(const struct cli_ports *ports, const char *name)
{
	for (size_t i = 0; i < ports->role_count; i++)
		if (strcmp(ports->roles[i].name, name) == 0)
			return ports->roles[i].main();
	fprintf(stderr, "bailiwick: no process has the role %s\n", name);
	return CLI_USAGE;
}

static int run(const struct command *commands, size_t count, int argc, char **argv, struct cli_call *call)
{
	str problem;
	switch (command_parse(commands, count, argc - 1, argv + 1, call, &problem)) {
	case COMMAND_READY:
		return call->command->run(call);
	case COMMAND_HELP_ALL:
		command_list(commands, count, NULL, call->out);
		return argc > 1 ? CLI_OK : CLI_USAGE;
	case COMMAND_HELP_NOUN:
		command_list(commands, count, argv[1], call->out);
		return argc > 2 ? CLI_OK : CLI_USAGE;
	case COMMAND_HELP:
		command_help(call->command, call->out);
		return CLI_OK;
	default:
		if (call->command)
			return cli_usage(call, "%.*s; `bailiwick %s%s%s --help` tells more", STR_ARG(problem), call->command->noun,
					 call->command->verb ? " " : "", call->command->verb ? call->command->verb : "");
		return cli_usage(call, "%.*s; `bailiwick --help` lists the commands", STR_ARG(problem));
	}
}

int cli_main(int argc, char **argv, const struct cli_ports *ports)
{
	if (argc == 3 && strcmp(argv[1], "process") == 0)
		return run_role(ports, argv[2]);
	size_t count;
	const struct command *commands = cli_commands(&count);
	struct cli_call call = { .ports = ports, .arena = arena_new(CALL_ARENA_BYTES), .out = stdout, .err = stderr };
	if (!call.arena)
		return CLI_FAILED;
	int status = run(commands, count, argc, argv, &call);
	arena_free(call.arena);
	if (fflush(stdout) != 0 && status == CLI_OK)
		status = CLI_FAILED; /* the answer did not arrive: a full disk behind a redirection */
	return status;
}
