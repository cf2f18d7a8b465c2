/* Keys, signatures, derivations: round trips, RFC vectors, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/hex.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

static bytes unhex(const char *text, uint8_t *out)
{
	size_t len = strlen(text) / 2;
	assert_false(failed(hex_parse(str_of(text), out, len)));
	return bytes_of(out, len);
}

static void assert_hex(const uint8_t *got, const char *want)
{
	uint8_t raw[256];
	bytes wanted = unhex(want, raw);
	assert_memory_equal(got, wanted.at, wanted.len);
}

static void hmac_rfc4231_case_2(void **state)
{
	(void)state;
	struct sha256 got = hmac_sha256(bytes_of_str(S("Jefe")), bytes_of_str(S("what do ya want for nothing?")));
	assert_hex(got.b, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void hkdf_rfc5869_case_1(void **state)
{
	uint8_t ikm[22], salt_raw[13], info_raw[10], prk[32], okm[42];
	(void)state;
	memset(ikm, 0x0b, sizeof ikm);
	bytes salt = unhex("000102030405060708090a0b0c", salt_raw), info = unhex("f0f1f2f3f4f5f6f7f8f9", info_raw);
	hkdf_extract(salt, bytes_of(ikm, sizeof ikm), prk);
	assert_hex(prk, "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
	assert_false(failed(hkdf_expand(bytes_of(prk, 32), info, okm, sizeof okm)));
	assert_hex(okm, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

static void hkdf_refuses_more_than_255_blocks(void **state)
{
	static uint8_t out[HKDF_BYTES_MAX + 1], key[32];
	(void)state;
	assert_false(failed(hkdf_expand(bytes_of(key, 32), S("").at ? bytes_of_str(S("")) : (bytes){ 0 }, out, HKDF_BYTES_MAX)));
	assert_int_equal(err_kind_of(hkdf_expand(bytes_of(key, 32), bytes_of_str(S("")), out, HKDF_BYTES_MAX + 1)), ERR_LIMIT);
}

static void every_algorithm_signs_what_its_public_half_verifies(void **state)
{
	static const enum sign_alg algs[] = { SIGN_ES256, SIGN_RS256, SIGN_ED25519 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(algs); i++) {
		struct sign_key *key, *again;
		struct verify_key *verifier;
		struct public_numbers numbers;
		uint8_t sig[SIGN_BYTES_MAX], der[SIGN_PRIVATE_BYTES_MAX];
		size_t len, der_len;
		bytes message = bytes_of_str(S("the message"));
		assert_false(failed(sign_key_generate(algs[i], &key)));
		assert_false(failed(sign_key_export(key, der, sizeof der, &der_len)));
		assert_false(failed(sign_key_import(bytes_of(der, der_len), &again)));
		assert_false(failed(sign_key_public(again, &numbers)));
		assert_false(failed(verify_key_new(&numbers, &verifier)));
		assert_false(failed(sign_message(key, message, sig, &len)));
		assert_false(failed(verify_message(verifier, message, bytes_of(sig, len))));
		assert_true(failed(verify_message(verifier, bytes_of_str(S("the messagE")), bytes_of(sig, len))));
		assert_true(failed(verify_message(verifier, message, bytes_of(sig, len - 1))));
		sig[len / 2] ^= 1;
		assert_true(failed(verify_message(verifier, message, bytes_of(sig, len))));
		assert_true(failed(verify_message(verifier, message, (bytes){ 0 })));
		verify_key_free(verifier);
		sign_key_free(key);
		sign_key_free(again);
	}
}

static void garbage_is_no_key(void **state)
{
	struct sign_key *key;
	struct verify_key *verifier;
	struct public_numbers off_curve = { .alg = SIGN_ES256 }, short_rsa = { .alg = SIGN_RS256, .n_len = 64 };
	(void)state;
	memset(off_curve.x, 1, 32);
	memset(off_curve.y, 2, 32);
	memset(short_rsa.n, 0xff, 64);
	assert_int_equal(err_kind_of(sign_key_import(bytes_of_str(S("not a key")), &key)), ERR_INVALID);
	assert_int_equal(err_kind_of(sign_key_import_pem(bytes_of_str(S("-----BEGIN")), &key)), ERR_INVALID);
	assert_int_equal(err_kind_of(verify_key_new(&off_curve, &verifier)), ERR_INVALID);
	assert_int_equal(err_kind_of(verify_key_new(&short_rsa, &verifier)), ERR_INVALID);
}

static void tls_schemes_match_the_key(void **state)
{
	struct sign_key *key;
	uint8_t sig[SIGN_BYTES_MAX];
	size_t len;
	(void)state;
	assert_false(failed(sign_key_generate(SIGN_ES256, &key)));
	assert_false(failed(sign_tls(key, 0x0403, bytes_of_str(S("m")), sig, &len)));
	assert_int_equal(err_kind_of(sign_tls(key, 0x0804, bytes_of_str(S("m")), sig, &len)), ERR_INVALID);
	assert_int_equal(err_kind_of(sign_tls(key, 0x0201, bytes_of_str(S("m")), sig, &len)), ERR_INVALID);
	sign_key_free(key);
}

static void secrets_compare(void **state)
{
	(void)state;
	assert_true(secret_equal(bytes_of_str(S("abc")), bytes_of_str(S("abc"))));
	assert_false(secret_equal(bytes_of_str(S("abc")), bytes_of_str(S("abd"))));
	assert_false(secret_equal(bytes_of_str(S("abc")), bytes_of_str(S("ab"))));
	assert_true(secret_equal((bytes){ 0 }, (bytes){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_rfc4231_case_2),
		cmocka_unit_test(hkdf_rfc5869_case_1),
		cmocka_unit_test(hkdf_refuses_more_than_255_blocks),
		cmocka_unit_test(every_algorithm_signs_what_its_public_half_verifies),
		cmocka_unit_test(garbage_is_no_key),
		cmocka_unit_test(tls_schemes_match_the_key),
		cmocka_unit_test(secrets_compare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
