/* XAES-256-GCM against the two vectors published in the C2SP specification, and the subkey cache past its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/xaes.h"

static const struct {
	const char *name, *plain, *aad;
	uint8_t key_octet;
	uint8_t sealed[28];
} rows[] = {
	{ "key of 01", "XAES-256-GCM", "", 0x01,
	  { 0xce, 0x54, 0x6e, 0xf6, 0x3c, 0x9c, 0xc6, 0x07, 0x65, 0x92, 0x36, 0x09, 0xb3, 0x3a,
	    0x9a, 0x19, 0x74, 0xe9, 0x6e, 0x52, 0xda, 0xf2, 0xfc, 0xf7, 0x07, 0x5e, 0x22, 0x71 } },
	{ "key of 03 and associated data", "XAES-256-GCM", "c2sp.org/XAES-256-GCM", 0x03,
	  { 0x98, 0x6e, 0xc1, 0x83, 0x25, 0x93, 0xdf, 0x54, 0x43, 0xa1, 0x79, 0x43, 0x7f, 0xd0,
	    0x83, 0xbf, 0x3f, 0xdb, 0x41, 0xab, 0xd7, 0x40, 0xa2, 0x1f, 0x71, 0xeb, 0x76, 0x9d } },
};

static const char nonce_text[] = "ABCDEFGHIJKLMNOPQRSTUVWX";

static void published_vectors_seal_and_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t key[32], sealed[64], opened[64];
		size_t len = strlen(rows[i].plain);
		struct xaes *x = NULL;

		memset(key, (int)rows[i].key_octet, sizeof key);
		assert_false(failed(xaes_new(key, &x)));
		bytes aad = bytes_of_str(str_of(rows[i].aad)), plain = bytes_of_str(str_of(rows[i].plain));
		assert_false(failed(xaes_seal(x, (const uint8_t *)nonce_text, aad, plain, sealed, sealed + len)));
		assert_memory_equal(sealed, rows[i].sealed, sizeof rows[i].sealed);
		assert_false(failed(xaes_open(x, (const uint8_t *)nonce_text, aad, bytes_of(sealed, len), sealed + len, opened)));
		assert_memory_equal(opened, rows[i].plain, len);
		sealed[3] ^= 1;
		err e = xaes_open(x, (const uint8_t *)nonce_text, aad, bytes_of(sealed, len), sealed + len, opened);
		assert_int_equal(err_kind_of(e), ERR_INVALID);
		assert_int_equal(opened[0], 0);
		xaes_free(x);
	}
}

/* Three times as many subkeys as fit: evicted ones are derived again and give the same answer. */
static void evicted_subkeys_are_derived_again(void **state)
{
	enum { SESSIONS = 3 * XAES_SUBKEYS_MAX };
	static uint8_t tags[SESSIONS][16];
	uint8_t key[32] = { 7 }, nonce[24] = { 0 }, cipher[5], plain[5];
	struct xaes *x = NULL;

	(void)state;
	assert_false(failed(xaes_new(key, &x)));
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < SESSIONS; i++) {
			uint32_t scattered = i * 2654435761u;
			uint8_t tag[16];
			memcpy(nonce, &scattered, 4);
			assert_false(failed(xaes_seal(x, nonce, bytes_of("a", 1), bytes_of("hello", 5), cipher, tag)));
			if (pass)
				assert_memory_equal(tag, tags[i], 16);
			memcpy(tags[i], tag, 16);
			assert_false(failed(xaes_open(x, nonce, bytes_of("a", 1), bytes_of(cipher, 5), tag, plain)));
			assert_memory_equal(plain, "hello", 5);
		}
	xaes_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_seal_and_open),
		cmocka_unit_test(evicted_subkeys_are_derived_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
