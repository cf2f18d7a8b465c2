/* The rules of names, passwords and URIs, and the filter grammar, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "directory/application.h"
#include "directory/grant.h"
#include "directory/query.h"
#include "directory/user.h"

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

static const struct {
	const char *upn;
	bool good;
} names[] = {
	{ "ada@contoso.example", true },
	{ "O'Brien-x_y!#^~.z@contoso.example", true },
	{ X64 "@c.example", true },
	{ "x" X64 "@c.example", false },
	{ "ada@" X16 X16 "xxxxxxxx.example", true },   /* 48 */
	{ "ada@" X16 X16 "xxxxxxxxx.example", false },
	{ "ada.@c.example", false },
	{ "@c.example", false },
	{ "ada", false },
	{ "ada@", false },
	{ "a@b@c.example", false },
	{ "a b@c.example", false },
	{ "a+b@c.example", false },
	{ "\xc3\xa4@c.example", false },
	{ "ada@c..example", false },
	{ "ada@-c.example", false },
	{ "", false },
};

static void user_names_follow_the_rule(void **state)
{
	str domain;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (failed(user_principal_name_check(str_of(names[i].upn), &domain)) == names[i].good)
			fail_msg("%s", names[i].upn);
}

static void passwords_have_12_to_256_octets(void **state)
{
	static const struct {
		const char *password;
		bool good;
	} rows[] = {
		{ "twelve chars", true },
		{ "eleven char", false },
		{ X64 X64 X64 X64, true },
		{ X64 X64 X64 X64 "x", false },
		{ "p\xc3\xa4ssw\xc3\xb6rt lang", true },
		{ "broken \xc3 text here", false },
		{ "tab\tis a control", false },
		{ "ADA@contoso.example", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (failed(password_check(str_of(rows[i].password), S("ada@contoso.example"))) == rows[i].good)
			fail_msg("%s", rows[i].password);
}

static void redirect_uris_are_https_or_loopback(void **state)
{
	static const struct {
		const char *uri;
		bool web, native;
	} rows[] = {
		{ "https://app.example/cb?x=1", true, true },
		{ "http://localhost:3000/cb", true, true },
		{ "http://127.0.0.1/", true, true },
		{ "http://[::1]:80/", true, true },
		{ "http://app.example/", false, false },
		{ "http://localhost.evil.example/", false, false },
		{ "https://app.example/#f", false, false },
		{ "https://*.app.example/", false, false },
		{ "https://user@app.example/", false, false },
		{ "https://", false, false },
		{ "myapp://auth", false, true },
		{ "com.example.app:/cb", false, true },
		{ "javascript:alert(1)", false, false },
		{ "JavaScript:alert(1)", false, false },
		{ "data:text/html,x", false, false },
		{ "/relative", false, false },
		{ "https://app.example/a b", false, false },
		{ "https://a.example/" X64 X64 X64 X64, false, false },
		{ "", false, false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (failed(redirect_uri_check(str_of(rows[i].uri), PLATFORM_WEB)) == rows[i].web ||
		    failed(redirect_uri_check(str_of(rows[i].uri), PLATFORM_PUBLIC_CLIENT)) == rows[i].native)
			fail_msg("%s", rows[i].uri);
	}
}

static void scope_words_are_joined_once(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	str out;

	(void)state;
	assert_false(failed(scope_text_union(S(" a b "), S("b  c a"), arena, &out)));
	assert_true(str_equal(out, S(" a b c ")));
	assert_false(failed(scope_text_union(S(""), S("ab a"), arena, &out)));
	assert_true(str_equal(out, S(" ab a ")));
	assert_int_equal(err_kind_of(scope_text_union(S(""), S("a\"b"), arena, &out)), ERR_INVALID);
	arena_free(arena);
}

static void changes_name_what_differs_only(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct user a = { .business_phones = S("[]"), .other_mails = S("[]"), .enabled = true }, b = a;

	(void)state;
	assert_true(str_equal(user_changes(&a, &b, arena), S("{}")));
	a.text[USER_CITY] = S("X");
	b.text[USER_STATE] = S("Y");
	b.enabled = false;
	assert_true(str_equal(user_changes(&a, &b, arena),
			      S("{\"city\":{\"old\":\"X\",\"new\":null},\"state\":{\"old\":null,\"new\":\"Y\"},"
				"\"accountEnabled\":{\"old\":\"true\",\"new\":\"false\"}}")));
	arena_free(arena);
}

static const struct property items[] = {
	{ "name", "t.name", PROPERTY_TEXT, false },
	{ "on", "t.enabled", PROPERTY_BOOL, false },
	{ "id", "t.id", PROPERTY_UUID, false },
	{ "list", "t.list", PROPERTY_JSON, false },
};
static const struct properties properties = { items, COUNT_OF(items) };

static void filters_become_sql_with_bound_values(void **state)
{
	static const struct {
		const char *filter, *sql; /* null: refused */
		size_t values;
	} rows[] = {
		{ "name eq 'a'", "(((t.name COLLATE NOCASE IS ?10)))", 1 },
		{ "on eq true or on ne false", "(((t.enabled IS ?10)) OR ((t.enabled IS NOT ?11)))", 2 },
		{ "on eq true and on eq true or name eq null",
		  "(((t.enabled IS ?10) AND (t.enabled IS ?11)) OR ((t.name COLLATE NOCASE IS ?12)))", 3 },
		{ "not on eq true and (name eq 'a' or name eq 'b')",
		  "((NOT (t.enabled IS ?10) AND (((t.name COLLATE NOCASE IS ?11)) OR ((t.name COLLATE NOCASE IS ?12)))))", 3 },
		{ "startswith(name,'a''b')", "((ifnull(substr(t.name, 1, length(?10)) COLLATE NOCASE = ?10, 0)))", 1 },
		{ "id in ('00000000-0000-4000-8000-000000000000', 00000000-0000-4000-8000-000000000001)",
		  "(((t.id IS NOT NULL AND (t.id IN (?10, ?11)))))", 2 },
		{ "name eq 'a", NULL, 0 },
		{ "name eq a", NULL, 0 },
		{ "name gt 'a'", NULL, 0 },
		{ "other eq 'a'", NULL, 0 },
		{ "list eq 'a'", NULL, 0 },
		{ "on eq 'true'", NULL, 0 },
		{ "id eq 'x'", NULL, 0 },
		{ "name eq 'a') or (1 eq 1", NULL, 0 },
		{ "name eq 'a' or", NULL, 0 },
		{ "(name eq 'a'", NULL, 0 },
		{ "name in ()", NULL, 0 },
		{ "((((((((((((((((name eq 'a'))))))))))))))))", NULL, 0 },
		{ "", NULL, 0 },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct query q = { 0 };
		bool refused = failed(query_filter_parse(str_of(rows[i].filter), &properties, arena, &q));
		if (refused != !rows[i].sql || (!refused && (!str_equal(q.where, str_of(rows[i].sql)) ||
							     q.value_count != rows[i].values)))
			fail_msg("%s: %.*s", rows[i].filter, STR_ARG(q.where));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_names_follow_the_rule),
		cmocka_unit_test(passwords_have_12_to_256_octets),
		cmocka_unit_test(redirect_uris_are_https_or_loopback),
		cmocka_unit_test(scope_words_are_joined_once),
		cmocka_unit_test(changes_name_what_differs_only),
		cmocka_unit_test(filters_become_sql_with_bound_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
