/* cli/command.h - the shape of every command, and how arguments become a call.
 *
 *   bailiwick NOUN [VERB] POSITIONALS... [--option VALUE | --option=VALUE | --flag]...
 *
 * The tables of commands say everything: parsing, help and the manual page's synopsis follow from them. Options may stand
 * anywhere behind the verb; `--` ends them. An option is given once. --help and --json belong to every command. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/cli.h"

enum { CLI_POSITIONS_MAX = 4, CLI_OPTIONS_MAX = 12, CLI_ARGUMENTS_MAX = 64 };

struct cli_option {
	const char *name;  /* without the dashes; null ends the table */
	const char *value; /* what stands for it in help ("PORT"); null: a flag */
	const char *help;
	bool required;
};

struct cli_call;

struct command {
	const char *noun, *verb;   /* verb null: the noun alone */
	const char *positions;     /* "DIR", "DIR USER": all required */
	const char *summary;       /* one line, no full stop */
	struct cli_option options[CLI_OPTIONS_MAX + 1];
	/* Returns enum cli_exit. */
	int (*run)(struct cli_call *call);
};

struct cli_call {
	const struct command *command;
	const struct cli_ports *ports;
	struct arena *arena;
	const char *position[CLI_POSITIONS_MAX];
	size_t position_count;
	const char *value[CLI_OPTIONS_MAX]; /* parallel to command->options; a flag that is set has "" */
	bool json, help;
	str tenant; /* of a command without --tenant that speaks about several; else empty */
	FILE *out, *err;
};

enum command_parse {
	COMMAND_READY = 0,
	COMMAND_HELP_ALL,     /* no noun, or help asked for without one */
	COMMAND_HELP_NOUN,    /* a noun that has verbs, without one     */
	COMMAND_HELP,         /* of call->command                       */
	COMMAND_WRONG         /* *out_problem says what                 */
};

/* arguments without the program's name. Sets call->command and what was given. Pure. */
NONNULL enum command_parse command_parse(const struct command *commands, size_t count, int argc, char **argv,
					 struct cli_call *call, str *out_problem);

/* The option's text, "" for a flag that is set; null when not given. The name must be in the command's table. */
NONNULL const char *cli_value(const struct cli_call *call, const char *name);
static inline bool cli_has(const struct cli_call *call, const char *name)
{
	return cli_value(call, name) != NULL;
}
/* The same as a str; empty when not given. */
NONNULL str cli_text(const struct cli_call *call, const char *name);

NONNULL void command_help(const struct command *command, FILE *to);
/* noun null: all. */
void command_list(const struct command *commands, size_t count, const char *noun, FILE *to);

/* Says what went wrong (as JSON with --json) and returns the exit code that the error's kind stands for. */
NONNULL int cli_fail(struct cli_call *call, const char *what, err e);
/* The same for a mistake in the command line: CLI_USAGE. */
NONNULL PRINTF_LIKE(2, 3) int cli_usage(struct cli_call *call, const char *format, ...);

#endif
