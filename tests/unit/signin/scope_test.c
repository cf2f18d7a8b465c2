/* Scopes: which words count, which resource is meant, what covers what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/scope.h"

static void each_text_has_its_meaning(void **state)
{
	static const struct {
		const char *text;
		enum refusal want;
		unsigned words;
		const char *resource;
		size_t permissions;
		bool is_default;
	} rows[] = {
		{ "openid", REFUSAL_NONE, SCOPE_OPENID, "", 0, false },
		{ "openid  profile email", REFUSAL_NONE, SCOPE_OPENID | SCOPE_PROFILE | SCOPE_EMAIL, "", 0, false },
		{ "openid nonsense", REFUSAL_NONE, SCOPE_OPENID, "", 0, false },
		{ "nonsense", REFUSAL_SCOPE, 0, "", 0, false },
		{ "User.Read", REFUSAL_NONE, 0, "", 1, false },
		{ "openid https://h/User.Read", REFUSAL_NONE, SCOPE_OPENID, "https://h", 1, false },
		{ "https://h//user_impersonation", REFUSAL_NONE, 0, "https://h", 1, false },
		{ "https://h/.default", REFUSAL_NONE, 0, "https://h", 0, true },
		{ "api://x/A https://h/B", REFUSAL_TWO_RESOURCES, 0, "", 0, false },
		{ "api://x/A api://x/A", REFUSAL_NONE, 0, "api://x", 1, false },
		{ "/A", REFUSAL_RESOURCE, 0, "", 0, false },
		{ "api://x/", REFUSAL_RESOURCE, 0, "", 0, false },
		{ "a\"b", REFUSAL_SCOPE, 0, "", 0, false },
		{ "", REFUSAL_SCOPE, 0, "", 0, false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scope s = { 0 };
		assert_int_equal(scope_parse(str_of(rows[i].text), &s), rows[i].want);
		assert_int_equal(s.words, rows[i].words);
		assert_true(str_equal(s.resource, str_of(rows[i].resource)));
		assert_int_equal(s.permission_count, rows[i].permissions);
		assert_int_equal(s.is_default, rows[i].is_default);
	}
}

static void what_covers_what(void **state)
{
	static const struct { const char *outer, *inner; bool want; } rows[] = {
		{ "openid profile", "openid", true },       { "openid", "openid profile", false },
		{ "r/a r/b openid", "r/b", true },           { "r/a", "r/b", false },
		{ "r/a", "q/a", false },                     { "r/.default", "r/a", true },
		{ "r/a", "r/.default", true },               { "openid", "r/.default", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scope outer = { 0 }, inner = { 0 };
		assert_int_equal(scope_parse(str_of(rows[i].outer), &outer), REFUSAL_NONE);
		assert_int_equal(scope_parse(str_of(rows[i].inner), &inner), REFUSAL_NONE);
		assert_int_equal(scope_covers(&outer, &inner), rows[i].want);
	}
}

static void text_and_parse_are_inverse(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct scope s = { 0 }, again = { 0 };

	(void)state;
	assert_int_equal(scope_parse(S("profile openid api://x/A api://x/B"), &s), REFUSAL_NONE);
	str text = scope_text(&s, true, arena);
	assert_true(str_equal(text, S("openid profile api://x/A api://x/B")));
	assert_true(str_equal(scope_text(&s, false, arena), S("A B")));
	assert_int_equal(scope_parse(text, &again), REFUSAL_NONE);
	assert_true(scope_covers(&s, &again) && scope_covers(&again, &s));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_has_its_meaning),
		cmocka_unit_test(what_covers_what),
		cmocka_unit_test(text_and_parse_are_inverse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
