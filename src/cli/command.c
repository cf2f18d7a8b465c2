#include "cli/command.h"

#include <stdarg.h>

#include "codec/json_write.h"

enum { HELP_COLUMN = 28, PROBLEM_BYTES_MAX = 512 };

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static size_t option_count(const struct command *c)
{
	size_t n = 0;
	while (n < CLI_OPTIONS_MAX && c->options[n].name)
		n++;
	return n;
}

static size_t positions_wanted(const struct command *c)
{
	size_t n = 0;
	str rest = str_of(c->positions), word;
	if (rest.len == 0)
		return 0;
	while (str_split(&rest, ' ', &word))
		n++;
	return n;
}

static size_t option_find(const struct command *c, str name)
{
	size_t count = option_count(c);
	for (size_t i = 0; i < count; i++)
		if (str_equal(str_of(c->options[i].name), name))
			return i;
	return SIZE_MAX;
}

/* One argument that begins with "--". Takes the next one where the option wants a value. */
static bool take_option(struct cli_call *call, char **argv, int argc, int *at, str *out_problem)
{
	const char *raw = argv[*at] + 2;
	const char *equals = strchr(raw, '=');
	str name = { raw, equals ? (size_t)(equals - raw) : strlen(raw) };
	if (!equals && (str_equal(name, S("json")) || str_equal(name, S("help")))) {
		call->json = call->json || name.at[0] == 'j';
		call->help = call->help || name.at[0] == 'h';
		return true;
	}
	size_t i = option_find(call->command, name);
	if (i == SIZE_MAX) {
		*out_problem = str_format(call->arena, "unknown option --%.*s", STR_ARG(name));
		return false;
	}
	const struct cli_option *option = &call->command->options[i];
	if (call->value[i])
		*out_problem = str_format(call->arena, "--%s is given twice", option->name);
	else if (!option->value && equals)
		*out_problem = str_format(call->arena, "--%s takes no value", option->name);
	else if (option->value && !equals && *at + 1 >= argc)
		*out_problem = str_format(call->arena, "--%s wants %s", option->name, option->value);
	else if (!option->value)
		call->value[i] = "";
	else
		call->value[i] = equals ? equals + 1 : argv[++*at];
	return call->value[i] && out_problem->at == NULL;
}

static bool take_arguments(struct cli_call *call, int argc, char **argv, int from, str *out_problem)
{
	bool options_ended = false;
	for (int i = from; i < argc; i++) {
		if (!options_ended && same(argv[i], "--")) {
			options_ended = true;
		} else if (!options_ended && same(argv[i], "-h")) {
			call->help = true;
		} else if (!options_ended && strncmp(argv[i], "--", 2) == 0) {
			if (!take_option(call, argv, argc, &i, out_problem))
				return false;
		} else if (call->position_count == positions_wanted(call->command)) {
			*out_problem = str_format(call->arena, "one argument too many: %s", argv[i]);
			return false;
		} else {
			call->position[call->position_count++] = argv[i];
		}
	}
	return true;
}

static bool is_complete(const struct cli_call *call, str *out_problem)
{
	const struct command *c = call->command;
	size_t count = option_count(c);
	if (call->position_count < positions_wanted(c)) {
		*out_problem = str_format(call->arena, "it wants %s", c->positions);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (c->options[i].required && !call->value[i]) {
			*out_problem = str_format(call->arena, "it wants --%s %s", c->options[i].name, c->options[i].value);
			return false;
		}
	}
	return true;
}

/* The command named by the first words; *out_words says how many. A noun whose verb is missing or unknown gives null and
 * *out_noun_known. */
static const struct command *find(const struct command *commands, size_t count, int argc, char **argv, int *out_words,
				  bool *out_noun_known)
{
	*out_noun_known = false;
	for (size_t i = 0; i < count; i++) {
		const struct command *c = &commands[i];
		if (!same(c->noun, argv[0]))
			continue;
		*out_noun_known = true;
		if (!c->verb || (argc > 1 && same(c->verb, argv[1]))) {
			*out_words = c->verb ? 2 : 1;
			return c;
		}
	}
	return NULL;
}

static bool is_help_word(const char *word)
{
	return same(word, "--help") || same(word, "-h") || same(word, "help");
}

enum command_parse command_parse(const struct command *commands, size_t count, int argc, char **argv,
				 struct cli_call *call, str *out_problem)
{
	bool noun_known;
	int words = 0;
	*out_problem = (str){ NULL, 0 };
	if (argc == 0 || is_help_word(argv[0]))
		return COMMAND_HELP_ALL;
	call->command = find(commands, count, argc, argv, &words, &noun_known);
	if (!call->command) {
		if (noun_known && (argc == 1 || is_help_word(argv[1])))
			return COMMAND_HELP_NOUN;
		*out_problem = str_format(call->arena, "unknown command: %s%s%s", argv[0], noun_known ? " " : "",
					  noun_known ? argv[1] : "");
		return COMMAND_WRONG;
	}
	if (!take_arguments(call, argc, argv, words, out_problem))
		return call->help ? COMMAND_HELP : COMMAND_WRONG;
	if (call->help)
		return COMMAND_HELP;
	return is_complete(call, out_problem) ? COMMAND_READY : COMMAND_WRONG;
}

const char *cli_value(const struct cli_call *call, const char *name)
{
	size_t i = option_find(call->command, str_of(name));
	return i == SIZE_MAX ? NULL : call->value[i];
}

str cli_text(const struct cli_call *call, const char *name)
{
	return str_of(cli_value(call, name));
}

/* --- help --- */

static void print_option(FILE *to, const char *name, const char *value, const char *help)
{
	int width = fprintf(to, "  --%s%s%s", name, value ? " " : "", value ? value : "");
	fprintf(to, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", help);
}

void command_help(const struct command *c, FILE *to)
{
	size_t count = option_count(c);
	fprintf(to, "usage: bailiwick %s%s%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
		c->positions[0] ? " " : "", c->positions);
	for (size_t i = 0; i < count; i++)
		if (c->options[i].required)
			fprintf(to, " --%s %s", c->options[i].name, c->options[i].value);
	fprintf(to, " [options]\n\n%s.\n\n", c->summary);
	for (size_t i = 0; i < count; i++)
		print_option(to, c->options[i].name, c->options[i].value, c->options[i].help);
	print_option(to, "json", NULL, "answer as JSON");
	print_option(to, "help", NULL, "this text");
	fputs("\nexit status: 0 done, 1 failed or refused, 2 wrong usage, 3 the service cannot be reached\n", to);
}

void command_list(const struct command *commands, size_t count, const char *noun, FILE *to)
{
	fprintf(to, "usage: bailiwick %s ...\n\n", noun ? noun : "COMMAND");
	for (size_t i = 0; i < count; i++) {
		const struct command *c = &commands[i];
		if (noun && !same(noun, c->noun))
			continue;
		int width = fprintf(to, "  %s%s%s %s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "", c->positions);
		fprintf(to, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", c->summary);
	}
	fputs("\nEach takes --help and --json. Exit status: 0 done, 1 failed or refused, 2 wrong usage,\n"
	      "3 the service cannot be reached.\n", to);
}

/* --- failing --- */

static void print_problem(struct cli_call *call, str text)
{
	if (!call->json) {
		fprintf(call->err, "bailiwick: %.*s\n", STR_ARG(text));
		return;
	}
	struct buffer b;
	buffer_init(&b, 4096);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_member_str(&w, S("error"), text);
	json_close_object(&w);
	fprintf(call->err, "%.*s\n", STR_ARG(buffer_str(&b)));
	buffer_release(&b);
}

int cli_fail(struct cli_call *call, const char *what, err e)
{
	print_problem(call, str_format(call->arena, "%s: %s", what, err_why(e)));
	return err_kind_of(e) == ERR_UNAVAILABLE ? CLI_UNREACHABLE : CLI_FAILED;
}

int cli_usage(struct cli_call *call, const char *format, ...)
{
	char text[PROBLEM_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	print_problem(call, str_of(text));
	return CLI_USAGE;
}
