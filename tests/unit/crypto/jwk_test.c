/* Public keys as JSON: the RFCs' own examples, round trips, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/base64.h"
#include "crypto/jwk.h"

/* RFC 7638 section 3.1: without "use"; "alg" as there. */
#define RFC7638_N                                                                                                          \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" \
	"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn" \
	"1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

static int open_arena(void **state)
{
	*state = arena_new(1 << 20);
	return *state ? 0 : -1;
}

static int close_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct json *read(struct arena *arena, const char *text)
{
	const struct json *json;
	assert_false(failed(json_parse(bytes_of_str(str_of(text)), JSON_LIMITS_DEFAULT, arena, &json, NULL)));
	return json;
}

static void thumbprints_of_the_rfcs(void **state)
{
	static const struct {
		const char *jwk, *want;
	} rows[] = {
		{ "{\"kty\":\"RSA\",\"n\":\"" RFC7638_N "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
		  "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
		/* RFC 8037 appendix A.3 */
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		  "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct jwk jwk;
		char got[JWK_THUMBPRINT_LEN + 1];
		assert_false(failed(jwk_parse(read(*state, rows[i].jwk), *state, &jwk)));
		assert_false(failed(jwk_thumbprint(&jwk.numbers, got)));
		assert_string_equal(got, rows[i].want);
	}
}

static void what_is_written_is_read_again(void **state)
{
	static const enum sign_alg algs[] = { SIGN_ES256, SIGN_RS256, SIGN_ED25519 };
	for (size_t i = 0; i < COUNT_OF(algs); i++) {
		struct sign_key *key;
		struct public_numbers numbers;
		struct buffer text;
		struct jwk again;
		assert_false(failed(sign_key_generate(algs[i], &key)));
		assert_false(failed(sign_key_public(key, &numbers)));
		sign_key_free(key);
		buffer_init(&text, 4096);
		struct json_writer w = json_writer_to(&text);
		jwk_write(&w, &numbers, S("k1"));
		buffer_append_char(&text, '\0');
		assert_false(text.failed);
		assert_null(strstr((const char *)text.at, "\"d\""));
		assert_false(failed(jwk_parse(read(*state, (const char *)text.at), *state, &again)));
		assert_true(str_equal(again.kid, S("k1")));
		assert_int_equal(again.numbers.alg, algs[i]);
		assert_int_equal(again.numbers.n_len, numbers.n_len);
		assert_memory_equal(again.numbers.n, numbers.n, numbers.n_len);
		assert_memory_equal(again.numbers.x, numbers.x, 32);
		assert_memory_equal(again.numbers.y, numbers.y, 32);
		buffer_release(&text);
	}
}

/* RFC 7517 appendix A.1, the public EC key. */
#define EC_X "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
#define EC_Y "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
#define EC(more_) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"" more_ "}"

static void what_is_no_key_of_ours(void **state)
{
	static const struct {
		const char *name, *jwk;
		bool good;
	} rows[] = {
		{ "good", EC(""), true },
		{ "for signatures", EC(",\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":\"ES256\""), true },
		{ "members that nobody knows", EC(",\"x5t\":\"a\",\"ext\":true"), true },
		{ "for encryption", EC(",\"use\":\"enc\""), false },
		{ "use that is no text", EC(",\"use\":[\"sig\"]"), false },
		{ "for signing only", EC(",\"key_ops\":[\"sign\"]"), false },
		{ "key_ops that is no list", EC(",\"key_ops\":\"verify\""), false },
		{ "for another algorithm", EC(",\"alg\":\"ES384\""), false },
		{ "for RSA", EC(",\"alg\":\"RS256\""), false },
		{ "holds its secret", EC(",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\""), false },
		{ "holds a symmetric key", EC(",\"k\":\"AAAA\""), false },
		{ "kid that is no text", EC(",\"kid\":1"), false },
		{ "another curve", "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", false },
		{ "off the curve", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_Y "\",\"y\":\"" EC_X "\"}", false },
		{ "coordinate too short", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"" EC_Y "\"}", false },
		{ "no coordinate", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", false },
		{ "padding", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "=\",\"y\":\"" EC_Y "\"}", false },
		{ "no kind", "{\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", false },
		{ "symmetric", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", false },
		{ "a text", "\"EC\"", false },
		{ "RSA, exponent 3", "{\"kty\":\"RSA\",\"n\":\"" RFC7638_N "\",\"e\":\"Aw\"}", false },
		{ "RSA, exponent with a zero in front", "{\"kty\":\"RSA\",\"n\":\"" RFC7638_N "\",\"e\":\"AAEAAQ\"}", false },
		{ "RSA, modulus with a zero in front", "{\"kty\":\"RSA\",\"n\":\"AA" RFC7638_N "\",\"e\":\"AQAB\"}", false },
		{ "RSA, short", "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmb\",\"e\":\"AQAB\"}", false },
		{ "Ed448", "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" EC_X "\"}", false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct jwk jwk;
		if (failed(jwk_parse(read(*state, rows[i].jwk), *state, &jwk)) == rows[i].good)
			fail_msg("%s", rows[i].name);
	}
}

static void sets(void **state)
{
	static const struct {
		const char *name, *set;
		int want;
		size_t count;
	} rows[] = {
		{ "empty", "{\"keys\":[]}", 0, 0 },
		{ "two", "{\"keys\":[" EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"b\"") "]}", 0, 2 },
		{ "others' keys are passed over", "{\"keys\":[{\"kty\":\"XX\"}," EC(",\"kid\":\"b\"") "]}", 0, 1 },
		{ "keys for encryption too", "{\"keys\":[" EC(",\"kid\":\"a\",\"use\":\"enc\"") "," EC(",\"kid\":\"a\"") "]}", 0, 1 },
		{ "one kid for two", "{\"keys\":[" EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"a\"") "]}", ERR_INVALID, 0 },
		{ "a symmetric one among them", "{\"keys\":[" EC(",\"kid\":\"a\"") ",{\"kty\":\"oct\",\"k\":\"AA\"}]}", ERR_INVALID, 0 },
		{ "no list", "{\"keys\":{}}", ERR_INVALID, 0 },
		{ "nothing", "{}", ERR_INVALID, 0 },
		{ "too many", "{\"keys\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}", ERR_LIMIT, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct jwk keys[JWK_SET_KEYS_MAX];
		size_t count = 0;
		int got = err_kind_of(jwk_set_parse(read(*state, rows[i].set), *state, keys, &count));
		if (got != rows[i].want || count != rows[i].count)
			fail_msg("%s: kind %d, %zu keys", rows[i].name, got, count);
	}
}

#define WITH_ARENA(test_) cmocka_unit_test_setup_teardown(test_, open_arena, close_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(thumbprints_of_the_rfcs),
		WITH_ARENA(what_is_written_is_read_again),
		WITH_ARENA(what_is_no_key_of_ours),
		WITH_ARENA(sets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
