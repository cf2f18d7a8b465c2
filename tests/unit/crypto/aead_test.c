/* AES-256-GCM against Wycheproof's aes_gcm vectors (those of 256-bit keys and 96-bit nonces, which is all we offer). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/hex.h"
#include "codec/json_read.h"
#include "crypto/aead.h"
#include "host/file.h"

enum { FILE_MAX = 8 << 20, TEXT_MAX = 4096 };

static bytes field(const struct json *test, const char *name, uint8_t *to)
{
	str hex = { 0 };
	assert_true(json_member_is_str(test, str_of(name), &hex));
	assert_true(hex.len / 2 <= TEXT_MAX);
	assert_false(failed(hex_parse(hex, to, hex.len / 2)));
	return bytes_of(to, hex.len / 2);
}

static void one_vector(const struct json *test)
{
	static uint8_t key[TEXT_MAX], iv[TEXT_MAX], aad[TEXT_MAX], plain[TEXT_MAX], cipher[TEXT_MAX], tag[TEXT_MAX], out[TEXT_MAX + 1];
	uint8_t made[16];
	str result = { 0 };

	assert_true(json_member_is_str(test, S("result"), &result));
	field(test, "key", key);
	field(test, "iv", iv);
	bytes a = field(test, "aad", aad), m = field(test, "msg", plain), c = field(test, "ct", cipher);
	assert_int_equal(field(test, "tag", tag).len, 16);
	err e = aead_open(key, iv, a, c, tag, out);
	assert_int_equal(failed(e), !str_equal(result, S("valid")));
	if (failed(e)) {
		assert_int_equal(err_kind_of(e), ERR_INVALID);
		for (size_t i = 0; i < c.len; i++)
			assert_int_equal(out[i], 0);
		return;
	}
	assert_true(bytes_equal(bytes_of(out, c.len), m));
	assert_false(failed(aead_seal(key, iv, a, m, out, made)));
	assert_true(bytes_equal(bytes_of(out, m.len), c));
	assert_memory_equal(made, tag, 16);
}

static void wycheproof_valid_opens_and_invalid_is_refused(void **state)
{
	const char *folder = getenv("VECTORS");
	struct arena *arena = arena_new(64 << 20);
	const struct json *all = NULL;
	size_t run = 0;
	bytes raw;

	(void)state;
	str path = str_format(arena, "%s/wycheproof/aes_gcm_test.json", folder ? folder : ".");
	if (failed(file_read(path.at, FILE_MAX, arena, &raw))) {
		arena_free(arena);
		print_message("SKIPPED: no Wycheproof vectors; set VECTORS\n");
		skip();
	}
	struct json_limits limits = { .depth_max = 16, .values_max = 1000000 };
	assert_false(failed(json_parse(raw, limits, arena, &all, NULL)));
	for (const struct json *group = json_member(all, S("testGroups"))->first; group; group = group->next) {
		int64_t key_bits = 0, nonce_bits = 0;
		assert_true(json_member_is_i64(group, S("keySize"), &key_bits));
		assert_true(json_member_is_i64(group, S("ivSize"), &nonce_bits));
		if (key_bits != 256 || nonce_bits != 96)
			continue;
		for (const struct json *test = json_member(group, S("tests"))->first; test; test = test->next, run++)
			one_vector(test);
	}
	assert_true(run > 50);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(wycheproof_valid_opens_and_invalid_is_refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
