#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cli/command.h"
#include "cli/commands.h"

static int nothing(struct cli_call *call)
{
	(void)call;
	return CLI_OK;
}

static const struct command sample[] = {
	{ "serve", NULL, "DIR", "Serves", { { "port", "N", "port", false }, { "quiet", NULL, "quiet", false } }, nothing },
	{ "user", "create", "DIR", "Makes", { { "upn", "U", "name", true } }, nothing },
	{ "user", "list", "DIR", "Lists", { { 0 } }, nothing },
	{ "version", NULL, "", "Version", { { 0 } }, nothing },
};

static const struct {
	const char *words[8];
	enum command_parse expected;
	const char *value, *problem; /* of the first option; a part of the problem's text */
	bool json;
} rows[] = {
	{ { NULL }, COMMAND_HELP_ALL, NULL, NULL, false },
	{ { "--help" }, COMMAND_HELP_ALL, NULL, NULL, false },
	{ { "serve", "d" }, COMMAND_READY, NULL, NULL, false },
	{ { "serve", "d", "--port", "5" }, COMMAND_READY, "5", NULL, false },
	{ { "serve", "--port=5", "d", "--json" }, COMMAND_READY, "5", NULL, true },
	{ { "serve", "--port=", "d" }, COMMAND_READY, "", NULL, false },
	{ { "serve", "--port", "--json", "d" }, COMMAND_READY, "--json", NULL, false },
	{ { "serve", "--", "--json" }, COMMAND_READY, NULL, NULL, false },
	{ { "serve", "--help" }, COMMAND_HELP, NULL, NULL, false },
	{ { "serve", "-h" }, COMMAND_HELP, NULL, NULL, false },
	{ { "serve" }, COMMAND_WRONG, NULL, "wants DIR", false },
	{ { "serve", "d", "e" }, COMMAND_WRONG, NULL, "one argument too many", false },
	{ { "serve", "d", "--port" }, COMMAND_WRONG, NULL, "--port wants N", false },
	{ { "serve", "d", "--port", "1", "--port=2" }, COMMAND_WRONG, "1", "given twice", false },
	{ { "serve", "d", "--prt", "1" }, COMMAND_WRONG, NULL, "unknown option --prt", false },
	{ { "serve", "d", "--quiet=1" }, COMMAND_WRONG, NULL, "takes no value", false },
	{ { "serve", "d", "--json=1" }, COMMAND_WRONG, NULL, "unknown option", false },
	{ { "user" }, COMMAND_HELP_NOUN, NULL, NULL, false },
	{ { "user", "--help" }, COMMAND_HELP_NOUN, NULL, NULL, false },
	{ { "user", "destroy" }, COMMAND_WRONG, NULL, "unknown command: user destroy", false },
	{ { "user", "create", "d" }, COMMAND_WRONG, NULL, "wants --upn U", false },
	{ { "user", "create", "d", "--upn", "a@b" }, COMMAND_READY, "a@b", NULL, false },
	{ { "usr", "create" }, COMMAND_WRONG, NULL, "unknown command: usr", false },
	{ { "process", "edge", "x" }, COMMAND_WRONG, NULL, "unknown command: process", false },
	{ { "version" }, COMMAND_READY, NULL, NULL, false },
};

static void arguments_become_a_call_or_a_problem(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct cli_call call = { .arena = arena_new(1 << 16) };
		char *argv[8];
		int argc = 0;
		str problem;
		while (argc < 8 && rows[i].words[argc]) {
			argv[argc] = (char *)(uintptr_t)rows[i].words[argc];
			argc++;
		}
		enum command_parse got = command_parse(sample, COUNT_OF(sample), argc, argv, &call, &problem);
		if (got != rows[i].expected)
			fail_msg("row %zu: %d, %.*s", i, got, STR_ARG(problem));
		if (rows[i].problem && str_find(problem, str_of(rows[i].problem), 0) == SIZE_MAX)
			fail_msg("row %zu: %.*s", i, STR_ARG(problem));
		if (got == COMMAND_READY || got == COMMAND_HELP)
			assert_non_null(call.command);
		if (rows[i].value)
			assert_string_equal(call.value[0], rows[i].value);
		assert_int_equal(call.json, rows[i].json);
		arena_free(call.arena);
	}
}

static void an_option_may_look_like_a_file(void **state)
{
	(void)state;
	struct cli_call call = { .arena = arena_new(1 << 16) };
	char *argv[] = { (char[]){ "serve" }, (char[]){ "--" }, (char[]){ "--port" } };
	str problem;
	assert_int_equal(command_parse(sample, COUNT_OF(sample), 3, argv, &call, &problem), COMMAND_READY);
	assert_string_equal(call.position[0], "--port");
	assert_false(cli_has(&call, "port"));
	arena_free(call.arena);
}

/* The real table: nothing that a parse could not reach, no duplicates, help for everything. */
static void every_command_is_reachable_and_told(void **state)
{
	(void)state;
	size_t count;
	const struct command *commands = cli_commands(&count);
	for (size_t i = 0; i < count; i++) {
		const struct command *c = &commands[i];
		assert_non_null(c->run);
		assert_true(strlen(c->summary) > 0 && c->summary[strlen(c->summary) - 1] != '.');
		assert_string_not_equal(c->noun, "process");
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(commands[k].noun, c->noun) == 0 &&
				     (!c->verb || !commands[k].verb || strcmp(commands[k].verb, c->verb) == 0));
		for (size_t k = 0; k < CLI_OPTIONS_MAX && c->options[k].name; k++) {
			assert_true(strlen(c->options[k].help) > 0);
			assert_true(c->options[k].value || !c->options[k].required);
			assert_string_not_equal(c->options[k].name, "json");
			assert_string_not_equal(c->options[k].name, "help");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_become_a_call_or_a_problem),
		cmocka_unit_test(an_option_may_look_like_a_file),
		cmocka_unit_test(every_command_is_reachable_and_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
