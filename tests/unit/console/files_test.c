/* The compiled-in files: what the page needs is there, and what it is made of obeys its own policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/console_files.h"

enum { SCRIPT_BYTES_MAX = 64 * 1024 };

static const struct static_file *file_at(const char *path)
{
	const struct static_file *file = static_file_find(&console_files, str_of(path));
	if (!file)
		fail_msg("%s is missing", path);
	return file;
}

static void the_page_stands_where_sign_in_sends_people(void **state)
{
	(void)state;
	const struct static_file *root = file_at("/"), *app = file_at("/app/");
	assert_ptr_equal(root->content.at, app->content.at);
	assert_true(str_equal(root->content_type, S("text/html; charset=utf-8")));
	assert_null(static_file_find(&console_files, S("/app")));
	assert_null(static_file_find(&console_files, S("/app/index.html")));
	file_at("/favicon.ico");
	file_at("/robots.txt");
}

static void each_file_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < console_files.count; i++) {
		const struct static_file *f = &console_files.rows[i];
		print_message("%.*s\n", STR_ARG(f->path));
		assert_true(f->content.len > 0 && f->content_type.len > 0);
		assert_true(f->etag.len > 2 && f->etag.at[0] == '"' && f->etag.at[f->etag.len - 1] == '"');
		assert_int_equal(f->compressed.len > 0, f->compressed_etag.len > 0);
		assert_true(f->compressed.len < f->content.len);
		assert_false(str_equal(f->etag, f->compressed_etag));
		for (size_t j = 0; j < i; j++)
			assert_false(str_equal(f->path, console_files.rows[j].path));
	}
}

static void pages_have_a_policy_that_lets_no_text_become_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < console_files.count; i++) {
		const struct static_file *f = &console_files.rows[i];
		bool page = str_starts_with(f->content_type, S("text/html"));
		assert_int_equal(page, f->content_security_policy.len > 0);
		if (!page)
			continue;
		assert_true(str_starts_with(f->content_security_policy, S("default-src 'none';")));
		assert_true(str_find(f->content_security_policy, S("unsafe"), 0) == SIZE_MAX);
		assert_true(str_find(f->content_security_policy, S("require-trusted-types-for 'script'"), 0) != SIZE_MAX);
	}
}

/* Everything that would be blocked, or would let data become markup, or would ask another host. */
static const char *const banned[] = { "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\"", "<style",
				      " onclick=", "javascript:", "http://", "localStorage" };

static void no_file_does_what_its_policy_forbids(void **state)
{
	(void)state;
	size_t script_bytes = 0;
	for (size_t i = 0; i < console_files.count; i++) {
		const struct static_file *f = &console_files.rows[i];
		str text = str_of_bytes(f->content);
		if (str_starts_with(f->content_type, S("text/javascript")))
			script_bytes += text.len;
		else if (!str_starts_with(f->content_type, S("text/")))
			continue;
		for (size_t j = 0; j < COUNT_OF(banned); j++)
			if (str_find(text, str_of(banned[j]), 0) != SIZE_MAX)
				fail_msg("%.*s holds \"%s\"", STR_ARG(f->path), banned[j]);
	}
	assert_in_range(script_bytes, 1, SCRIPT_BYTES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_stands_where_sign_in_sends_people),
		cmocka_unit_test(each_file_is_whole),
		cmocka_unit_test(pages_have_a_policy_that_lets_no_text_become_script),
		cmocka_unit_test(no_file_does_what_its_policy_forbids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
