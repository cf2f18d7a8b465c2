#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/cursor.h"

static const struct purpose_key secret = { { 1, 2, 3 } };

static struct cursor sample(void)
{
	struct cursor c = { .key = 77, .count = 5 };
	c.values[1] = (struct value){ .kind = VALUE_I64, .i64 = -9 };
	c.values[2] = (struct value){ .kind = VALUE_F64, .f64 = 1.5 };
	c.values[3] = (struct value){ .kind = VALUE_TEXT, .text = S("Zo\xc3\xab Planckstrasse") };
	c.values[4] = (struct value){ .kind = VALUE_UUID, .uuid = { { 9 } } };
	return c;
}

static void a_cursor_comes_back_as_it_went(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1 << 20);
	struct problem problem = { 0 };
	struct cursor_place place = { "$skiptoken", &secret, { { 5 } }, S("accounts?$top=3") };
	struct cursor in = sample(), out;
	str token;
	assert_false(failed(cursor_seal(&place, &in, arena, &token)));
	assert_int_equal(str_find(token, S("Planckstrasse"), 0), SIZE_MAX);
	assert_false(failed(cursor_open(&place, token, arena, &problem, &out)));
	assert_int_equal(out.key, 77);
	assert_int_equal(out.count, in.count);
	for (size_t i = 0; i < in.count; i++)
		assert_true(value_equal(&in.values[i], &out.values[i]));
	arena_free(arena);
}

static void another_caller_query_or_octet_is_refused(void **state)
{
	(void)state;
	struct arena *arena = arena_new(4 << 20);
	struct cursor_place place = { "$skiptoken", &secret, { { 5 } }, S("accounts?$top=3") };
	struct cursor_place other_user = { "$skiptoken", &secret, { { 6 } }, S("accounts?$top=3") };
	struct cursor_place other_query = { "$skiptoken", &secret, { { 5 } }, S("accounts?$top=4") };
	struct cursor in = sample(), out;
	str token;
	assert_false(failed(cursor_seal(&place, &in, arena, &token)));
	struct problem a = { 0 }, b = { 0 };
	assert_true(failed(cursor_open(&other_user, token, arena, &a, &out)));
	assert_true(failed(cursor_open(&other_query, token, arena, &b, &out)));
	assert_int_equal(a.status, 400);
	for (size_t i = 0; i < token.len; i++) {
		struct problem c = { 0 };
		str changed = str_copy(arena, token);
		*(char *)(uintptr_t)&changed.at[i] = changed.at[i] == 'A' ? 'B' : 'A';
		assert_true(failed(cursor_open(&place, changed, arena, &c, &out)));
		struct problem d = { 0 };
		assert_true(failed(cursor_open(&place, str_slice(token, 0, i), arena, &d, &out)));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_comes_back_as_it_went),
		cmocka_unit_test(another_caller_query_or_octet_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
