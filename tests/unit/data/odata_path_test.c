#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/odata_path.h"

#define ID "00000000-0000-0000-0000-0000000000aa"

static const struct {
	const char *raw;
	bool ok;
	size_t count;
	const char *last, *argument_name, *argument_value; /* of the last segment */
} rows[] = {
	{ "", true, 0, NULL, NULL, NULL },
	{ "accounts", true, 1, "accounts", NULL, NULL },
	{ "accounts/", true, 1, "accounts", NULL, NULL },
	{ "accounts(" ID ")", true, 1, "accounts", "", ID },
	{ "accounts(" ID ")/name", true, 2, "name", NULL, NULL },
	{ "accounts/$count", true, 2, "$count", NULL, NULL },
	{ "WhoAmI()", true, 1, "WhoAmI", NULL, NULL },
	{ "EntityDefinitions(LogicalName='it''s%20a')", true, 1, "EntityDefinitions", "LogicalName", "it's a" },
	{ "F(A=Microsoft.Dynamics.CRM.T'Default')", true, 1, "F", "A", "Default" },
	{ "F(A=@p1)", true, 1, "F", "A", "@p1" },
	{ "a//b", false, 0, NULL, NULL, NULL },
	{ "accounts(", false, 0, NULL, NULL, NULL },
	{ "accounts(1", false, 0, NULL, NULL, NULL },
	{ "accounts(1)x", false, 0, NULL, NULL, NULL },
	{ "accounts(a=b=c)", false, 0, NULL, NULL, NULL },
	{ "accounts(,)", false, 0, NULL, NULL, NULL },
	{ "%zz", false, 0, NULL, NULL, NULL },
	{ "a/b/c/d/e/f/g", false, 0, NULL, NULL, NULL },
	{ "F(1,2,3,4,5,6,7)", false, 0, NULL, NULL, NULL },
};

static void paths_become_segments_or_404(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct problem problem = { 0 };
		struct odata_path path;
		err e = odata_path_parse(str_of(rows[i].raw), arena, &problem, &path);
		if (failed(e) == rows[i].ok)
			fail_msg("%s", rows[i].raw);
		if (failed(e)) {
			assert_int_equal(problem.status, 404);
		} else {
			assert_int_equal(path.count, rows[i].count);
			const struct path_segment *last = path.count ? &path.segment[path.count - 1] : NULL;
			if (last)
				assert_true(str_equal(last->name, str_of(rows[i].last)));
			if (rows[i].argument_name) {
				assert_true(str_equal(last->argument[0].name, str_of(rows[i].argument_name)));
				assert_true(str_equal(last->argument[0].value, str_of(rows[i].argument_value)));
			}
		}
		arena_free(arena);
	}
}

static const struct {
	const char *text, *set, *name, *value; /* set null: refused */
} references[] = {
	{ "accounts(" ID ")", "accounts", "", ID },
	{ "/accounts(" ID ")", "accounts", "", ID },
	{ "https://host/api/data/v9.2/accounts(" ID ")", "accounts", "", ID },
	{ "systemusers(applicationid=" ID ")", "systemusers", "applicationid", ID },
	{ "accounts('x')", "accounts", "", "x" },
	{ "(" ID ")", NULL },
	{ "accounts", NULL },
	{ "accounts()", NULL },
	{ "accounts(a=1,b=2)", "accounts", "a", "1" },
	{ "accounts(" ID ")/", NULL },
	{ "accounts(" ID "))", NULL },
	{ "", NULL },
};

static void references_name_a_set_and_a_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(references); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct path_segment s;
		if (odata_reference_parse(str_of(references[i].text), arena, &s) != (references[i].set != NULL))
			fail_msg("%s", references[i].text);
		if (references[i].set) {
			assert_true(str_equal(s.name, str_of(references[i].set)));
			assert_true(str_equal(s.argument[0].name, str_of(references[i].name)));
			assert_true(str_equal(s.argument[0].value, str_of(references[i].value)));
		}
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_become_segments_or_404),
		cmocka_unit_test(references_name_a_set_and_a_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
