/* Each row: an expression, a mask, a text, and what is shown of it; null: the expression or mask is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "codec/mask.h"

static const struct {
	const char *expression, *mask, *in, *want;
} rows[] = {
	{ "\\d", "#", "card 4111-2222", "card ####-####" },
	{ "\\d(?=\\d{4})", "*", "123456789", "*****6789" },
	{ ".+", "#", "secret", "######" },
	{ "[^@]+(?=@)", "*", "ada@contoso.example", "***@contoso.example" },
	{ "x", "#", "nothing here", "nothing here" },
	{ "\xc3\xa4+", "#", "M\xc3\xa4\xc3\xa4r", "M##r" },
	{ ".", "#", "\xe2\x82\xac\xf0\x9f\x98\x80", "##" },
	{ "a", "<>", "banana", "b<>n<>n<>" },
	{ "x*", "#", "axxb", "a##b" },
	{ "", "#", "", NULL },
	{ "(", "#", "", NULL },
	{ "\\C", "#", "", NULL },
	{ "a", "", "", NULL },
	{ "a", "12345678901", "", NULL },
	{ "(a+)+$", "#", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "#######################################" }, /* gives up: hides all */
	{ "(?<=a)b\\K", "#", "ab", "ab" },
};

static void matches_are_hidden_character_by_character(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct mask *m = NULL;
		err e = mask_new(str_of(rows[i].expression), str_of(rows[i].mask), &m);
		if (failed(e) != (rows[i].want == NULL))
			fail_msg("row %zu: %s", i, failed(e) ? err_why(e) : "was accepted");
		if (!failed(e)) {
			str shown = mask_apply(m, str_of(rows[i].in), arena);
			if (!str_equal(shown, str_of(rows[i].want)))
				fail_msg("row %zu: shown as '%.*s'", i, STR_ARG(shown));
		}
		mask_free(m);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(matches_are_hidden_character_by_character) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
