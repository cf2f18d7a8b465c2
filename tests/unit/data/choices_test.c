#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/value.h"

static const struct {
	const char *in;
	bool ok;
	const char *want; /* null: no value */
} rows[] = {
	{ "1,9", true, "1,9" }, { "1, 9", true, "1,9" }, { " 9 ,1 ", true, "1,9" }, { "2,1,2", true, "1,2" }, { "-1,10,9", true, "-1,9,10" },
	{ "7", true, "7" }, { "007", true, "7" }, { "", true, NULL }, { "  ", true, NULL },
	{ "1,,2", false, NULL }, { "1,", false, NULL }, { ",", false, NULL }, { "a", false, NULL }, { "1;2", false, NULL }, { "1.5", false, NULL },
	{ "2147483647", true, "2147483647" }, { "2147483648", false, NULL }, { "1 2", false, NULL },
};

static void choices_ascend_and_stand_once(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct value v;
		if (choices_parse(str_of(rows[i].in), arena, &v) != rows[i].ok)
			fail_msg("'%s'", rows[i].in);
		if (!rows[i].ok)
			continue;
		if (rows[i].want ? v.kind != VALUE_TEXT || !str_equal(v.text, str_of(rows[i].want)) : v.kind != VALUE_NULL)
			fail_msg("'%s' became '%.*s'", rows[i].in, STR_ARG(v.text));
	}
	arena_free(arena);
}

static void choices_are_bounded(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct value v;
	char text[2 * (CHOICES_MAX + 1)];
	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? ',' : '1';
	assert_true(choices_parse((str){ text, 2 * CHOICES_MAX - 1 }, arena, &v));
	assert_false(choices_parse((str){ text, 2 * CHOICES_MAX + 1 }, arena, &v));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(choices_ascend_and_stand_once), cmocka_unit_test(choices_are_bounded) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
