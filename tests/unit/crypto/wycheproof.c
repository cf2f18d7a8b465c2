#include "wycheproof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/hex.h"
#include "host/file.h"

enum { FILE_BYTES_MAX = 16 << 20, FILE_ARENA_BYTES = 256 << 20, TEST_ARENA_BYTES = 4 << 20 };

bytes wycheproof_hex(const struct json *object, const char *name, struct arena *arena)
{
	str text = wycheproof_text(object, name);
	uint8_t *at = arena_alloc(arena, text.len / 2 + 1);
	assert_non_null(at);
	assert_false(failed(hex_parse(text, at, text.len / 2)));
	return bytes_of(at, text.len / 2);
}

str wycheproof_text(const struct json *object, const char *name)
{
	str text = { 0 };
	if (!json_member_is_str(object, str_of(name), &text))
		fail_msg("vector without %s", name);
	return text;
}

static enum wycheproof_verdict expected_of(const struct wycheproof_file *file, const struct json *test)
{
	str result = wycheproof_text(test, "result");
	if (str_equal(result, S("acceptable")))
		return file->acceptable;
	return str_equal(result, S("valid")) ? WYCHEPROOF_ACCEPTED : WYCHEPROOF_REFUSED;
}

static bool run_one(const struct wycheproof_file *file, const struct json *group, const struct json *test,
		    struct arena *arena)
{
	enum wycheproof_verdict got = file->run(group, test, arena), want = expected_of(file, test);
	int64_t id = 0;
	(void)json_member_is_i64(test, S("tcId"), &id);
	if (got != WYCHEPROOF_NOT_APPLICABLE && got != want)
		fail_msg("%s, test %d (%.*s): %s", file->name, (int)id, STR_ARG(wycheproof_text(test, "comment")),
			 got == WYCHEPROOF_ACCEPTED ? "accepted" : "refused");
	arena_reset(arena);
	return got != WYCHEPROOF_NOT_APPLICABLE;
}

void wycheproof_check(const struct wycheproof_file *file)
{
	const char *folder = getenv("VECTORS");
	struct arena *arena = arena_new(FILE_ARENA_BYTES), *scratch = arena_new(TEST_ARENA_BYTES);
	const struct json *all = NULL;
	size_t applicable = 0, other = 0;
	bytes raw;
	str path = str_format(arena, "%s/wycheproof/%s", folder ? folder : ".", file->name);
	if (failed(file_read(path.at, FILE_BYTES_MAX, arena, &raw))) {
		arena_free(arena);
		arena_free(scratch);
		print_message("SKIPPED: %s is not there; set VECTORS\n", file->name);
		skip();
	}
	struct json_limits limits = { .depth_max = 16, .values_max = 1000000 };
	assert_false(failed(json_parse(raw, limits, arena, &all, NULL)));
	for (const struct json *group = json_member(all, S("testGroups"))->first; group; group = group->next)
		for (const struct json *test = json_member(group, S("tests"))->first; test; test = test->next)
			*(run_one(file, group, test, scratch) ? &applicable : &other) += 1;
	print_message("%s: %zu checked, %zu not applicable\n", file->name, applicable, other);
	assert_true(applicable >= file->applicable_min);
	arena_free(arena);
	arena_free(scratch);
}
