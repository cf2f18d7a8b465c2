/* What a token must be to be accepted, and every way of not being it: each row is a good token with one thing wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/base64.h"
#include "crypto/jws.h"

enum { ALL_ALGS = JWS_ALG(SIGN_ES256) | JWS_ALG(SIGN_RS256) | JWS_ALG(SIGN_ED25519) };

/* Two of our own signers, and their keys as a verifier holds them. */
struct bench {
	struct sign_key *es256, *rs256;
	struct verify_key *es256_public, *rs256_public;
	struct jws_key keys[2];
	struct arena *arena;
};

static struct verify_key *public_of(const struct sign_key *key)
{
	struct public_numbers numbers;
	struct verify_key *out;
	assert_false(failed(sign_key_public(key, &numbers)));
	assert_false(failed(verify_key_new(&numbers, &out)));
	return out;
}

static int bench_open(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	assert_non_null(b);
	assert_false(failed(sign_key_generate(SIGN_ES256, &b->es256)));
	assert_false(failed(sign_key_generate(SIGN_RS256, &b->rs256)));
	b->es256_public = public_of(b->es256);
	b->rs256_public = public_of(b->rs256);
	b->keys[0] = (struct jws_key){ S("e1"), b->es256_public };
	b->keys[1] = (struct jws_key){ S("r1"), b->rs256_public };
	b->arena = arena_new(1 << 20);
	assert_non_null(b->arena);
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;
	verify_key_free(b->es256_public);
	verify_key_free(b->rs256_public);
	sign_key_free(b->es256);
	sign_key_free(b->rs256);
	arena_free(b->arena);
	free(b);
	return 0;
}

/* Signed properly, whatever the texts say: only what the texts say can be wrong then. */
static str token(struct bench *b, const struct sign_key *key, const char *header, const char *payload)
{
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len;
	str h = base64url_text(b->arena, bytes_of_str(str_of(header)));
	str p = base64url_text(b->arena, bytes_of_str(str_of(payload)));
	str input = str_format(b->arena, "%.*s.%.*s", STR_ARG(h), STR_ARG(p));
	assert_false(failed(sign_message(key, bytes_of_str(input), signature, &len)));
	str s = base64url_text(b->arena, bytes_of(signature, len));
	return str_format(b->arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(s));
}

static int verify(struct bench *b, str compact, const struct jws_expected *changes, struct jws *out)
{
	struct jws_expected expected = *changes;
	expected.algs = expected.algs ? expected.algs : ALL_ALGS;
	expected.keys = b->keys;
	expected.key_count = COUNT_OF(b->keys);
	return err_kind_of(jws_verify(compact, &expected, b->arena, out));
}

static void headers(void **state)
{
	static const struct {
		const char *name, *header;
		int want;
	} rows[] = {
		{ "good", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", 0 },
		{ "the full media type", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"Application/AT+JWT\"}", 0 },
		{ "unknown members are passed over", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"x5t\":\"a\"}", 0 },
		{ "blanks are JSON", " { \"alg\" : \"ES256\", \"kid\":\"e1\",\"typ\":\"at+jwt\"} ", 0 },
		{ "another type", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"JWT\"}", ERR_INVALID },
		{ "no type", "{\"alg\":\"ES256\",\"kid\":\"e1\"}", ERR_INVALID },
		{ "type that is no text", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":1}", ERR_INVALID },
		{ "application/ alone", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"application/\"}", ERR_INVALID },
		{ "none", "{\"alg\":\"none\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "None", "{\"alg\":\"None\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "symmetric", "{\"alg\":\"HS256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "case of the algorithm", "{\"alg\":\"es256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "algorithm of another key", "{\"alg\":\"RS256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "no algorithm", "{\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "algorithm that is no text", "{\"alg\":256,\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "no kid", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "empty kid", "{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "kid of nobody", "{\"alg\":\"ES256\",\"kid\":\"e2\",\"typ\":\"at+jwt\"}", ERR_NOT_FOUND },
		{ "kid with a NUL behind", "{\"alg\":\"ES256\",\"kid\":\"e1\\u0000\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "kid of another key", "{\"alg\":\"ES256\",\"kid\":\"r1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "jwk", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"jwk\":{}}", ERR_INVALID },
		{ "jku", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"jku\":\"https://a.example\"}", ERR_INVALID },
		{ "x5u", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"x5u\":\"https://a.example\"}", ERR_INVALID },
		{ "crit", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"crit\":[\"exp\"]}", ERR_INVALID },
		{ "empty crit", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"crit\":[]}", ERR_INVALID },
		{ "null crit", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"crit\":null}", ERR_INVALID },
		{ "payload not encoded", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"b64\":false}", ERR_INVALID },
		{ "compressed", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"zip\":\"DEF\"}", ERR_INVALID },
		{ "encrypted", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"enc\":\"A256GCM\"}", ERR_INVALID },
		{ "alg twice", "{\"alg\":\"ES256\",\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "alg twice, once escaped", "{\"alg\":\"ES256\",\"al\\u0067\":\"none\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", ERR_INVALID },
		{ "octets behind", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}x", ERR_INVALID },
		{ "a list", "[{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}]", ERR_INVALID },
		{ "eight deep", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"a\":[[[[[[[]]]]]]]}", 0 },
		{ "nine deep", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"a\":[[[[[[[[]]]]]]]]}", ERR_LIMIT },
		{ "not UTF-8", "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\",\"a\":\"\xff\"}", ERR_INVALID },
	};
	struct bench *b = *state;
	struct jws_expected expected = { .typ = S("at+jwt") };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct jws jws;
		int got = verify(b, token(b, b->es256, rows[i].header, "{}"), &expected, &jws);
		if (got != rows[i].want)
			fail_msg("%s: kind %d", rows[i].name, got);
	}
}

static const char good_header[] = "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"JWT\"}";

static void forms(void **state)
{
	struct bench *b = *state;
	struct jws_expected expected = { .typ = S("JWT") };
	struct jws jws;
	str good = token(b, b->es256, good_header, "{\"sub\":\"a\"}");
	size_t first = str_find_char(good, '.', 0), second = str_find_char(good, '.', first + 1);
	str head = str_slice(good, 0, first), body = str_slice(good, first + 1, second), sig = str_from(good, second + 1);
	const str wrong[] = {
		S(""), S("."), S(".."), S("..."), head, str_slice(good, 0, second),
		str_format(b->arena, "%.*s.", STR_ARG(str_slice(good, 0, second))),
		str_format(b->arena, "%.*s.", STR_ARG(good)),
		str_format(b->arena, ".%.*s", STR_ARG(good)),
		str_format(b->arena, "%.*s=", STR_ARG(good)),
		str_format(b->arena, "%.*s\n", STR_ARG(good)),
		str_format(b->arena, " %.*s", STR_ARG(good)),
		str_format(b->arena, "%.*sAA", STR_ARG(good)),
		str_slice(good, 0, good.len - 1),
		str_format(b->arena, "%.*s..%.*s", STR_ARG(head), STR_ARG(sig)),
		str_format(b->arena, ".%.*s.%.*s", STR_ARG(body), STR_ARG(sig)),
		str_format(b->arena, "%.*s.%.*s.%.*s.a.b", STR_ARG(head), STR_ARG(body), STR_ARG(sig)),
		str_format(b->arena, "%.*s.%.*s.%.*s", STR_ARG(body), STR_ARG(head), STR_ARG(sig)),
		str_format(b->arena, "%.*s.+%.*s.%.*s", STR_ARG(head), STR_ARG(body), STR_ARG(sig)),
	};
	assert_int_equal(verify(b, good, &expected, &jws), 0);
	assert_true(str_equal(str_of_bytes(jws.payload), S("{\"sub\":\"a\"}")));
	assert_true(str_equal(jws.kid, S("e1")) && jws.alg == SIGN_ES256);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (verify(b, wrong[i], &expected, &jws) != ERR_INVALID)
			fail_msg("form %zu is accepted", i);
}

/* Every single character of a good token matters; its last one too, of which two bits are padding. */
static void any_character_changed_is_refused(void **state)
{
	struct bench *b = *state;
	struct jws_expected expected = { .typ = S("JWT") };
	struct jws jws;
	str good = token(b, b->es256, good_header, "{\"sub\":\"a\"}");
	char *copy = arena_alloc(b->arena, good.len);
	assert_non_null(copy);
	for (size_t i = 0; i < good.len; i++) {
		memcpy(copy, good.at, good.len);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (verify(b, (str){ copy, good.len }, &expected, &jws) == 0)
			fail_msg("character %zu does not matter", i);
	}
}

static void the_caller_chooses_the_algorithms(void **state)
{
	struct bench *b = *state;
	struct jws_expected only_rs = { .algs = JWS_ALG(SIGN_RS256) }, only_es = { .algs = JWS_ALG(SIGN_ES256) };
	struct jws jws;
	str es = token(b, b->es256, good_header, "{}");
	str rs = token(b, b->rs256, "{\"alg\":\"RS256\",\"kid\":\"r1\"}", "{}");
	assert_int_equal(verify(b, es, &only_es, &jws), 0);
	assert_int_equal(verify(b, es, &only_rs, &jws), ERR_INVALID);
	assert_int_equal(verify(b, rs, &only_rs, &jws), 0);
	assert_int_equal(verify(b, rs, &only_es, &jws), ERR_INVALID);
}

static void kid_may_be_left_out_only_where_one_key_fits(void **state)
{
	struct bench *b = *state;
	struct jws jws;
	str es = token(b, b->es256, "{\"alg\":\"ES256\"}", "{}");
	struct jws_key twice[] = { b->keys[0], { S("e9"), b->es256_public } };
	struct jws_expected expected = { .algs = ALL_ALGS, .keys = b->keys, .key_count = 2, .kid_optional = true };
	assert_false(failed(jws_verify(es, &expected, b->arena, &jws)));
	assert_true(str_equal(jws.kid, S("e1")));
	expected.kid_optional = false;
	assert_int_equal(err_kind_of(jws_verify(es, &expected, b->arena, &jws)), ERR_INVALID);
	expected = (struct jws_expected){ .algs = ALL_ALGS, .keys = twice, .key_count = 2, .kid_optional = true };
	assert_int_equal(err_kind_of(jws_verify(es, &expected, b->arena, &jws)), ERR_INVALID);
	twice[1].kid = S("e1"); /* and two keys of one kid are as bad */
	str named = token(b, b->es256, good_header, "{}");
	assert_int_equal(err_kind_of(jws_verify(named, &expected, b->arena, &jws)), ERR_INVALID);
}

static void type_may_be_left_out_only_where_allowed(void **state)
{
	struct bench *b = *state;
	struct jws jws;
	struct jws_expected optional = { .typ = S("JWT"), .typ_optional = true };
	assert_int_equal(verify(b, token(b, b->es256, "{\"alg\":\"ES256\",\"kid\":\"e1\"}", "{}"), &optional, &jws), 0);
	assert_int_equal(verify(b, token(b, b->es256, "{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}", "{}"), &optional,
				&jws), ERR_INVALID);
}

static void claims_are_one_strict_object(void **state)
{
	static const struct {
		const char *payload;
		int want;
	} rows[] = {
		{ "{\"sub\":\"a\"}", 0 }, { "{}", 0 }, { "", ERR_INVALID }, { "\"a\"", ERR_INVALID }, { "[]", ERR_INVALID },
		{ "{\"sub\":\"a\",\"sub\":\"b\"}", ERR_INVALID }, { "{}{}", ERR_INVALID },
		{ "{\"a\":[[[[[[[[]]]]]]]]}", ERR_LIMIT },
	};
	struct bench *b = *state;
	struct jws_expected expected = { .typ = S("JWT") };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct jws jws;
		const struct json *claims;
		assert_int_equal(verify(b, token(b, b->es256, good_header, rows[i].payload), &expected, &jws), 0);
		if (err_kind_of(jws_claims(&jws, b->arena, &claims)) != rows[i].want)
			fail_msg("claims %s", rows[i].payload);
	}
}

static void too_long_is_not_even_looked_at(void **state)
{
	struct bench *b = *state;
	struct jws_expected expected = { .typ = S("JWT") };
	struct jws jws;
	char *payload = arena_alloc(b->arena, JWS_BYTES_MAX);
	assert_non_null(payload);
	memset(payload, 'a', JWS_BYTES_MAX - 1);
	assert_int_equal(verify(b, token(b, b->es256, good_header, payload), &expected, &jws), ERR_LIMIT);
}

static void peeking_is_as_strict_of_form(void **state)
{
	struct bench *b = *state;
	const struct json *header, *claims;
	str iss;
	assert_false(failed(jws_peek(token(b, b->es256, good_header, "{\"iss\":\"i\"}"), b->arena, &header, &claims)));
	assert_true(json_member_is_str(claims, S("iss"), &iss) && str_equal(iss, S("i")));
	assert_true(failed(jws_peek(token(b, b->es256, good_header, "{\"iss\":\"i\",\"iss\":\"j\"}"), b->arena, &header, &claims)));
	assert_true(failed(jws_peek(token(b, b->es256, "{\"alg\":\"none\"}", "{}"), b->arena, &header, &claims)));
	assert_true(failed(jws_peek(S("a.b"), b->arena, &header, &claims)));
}

#define WITH_BENCH(test_) cmocka_unit_test_setup_teardown(test_, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(headers),
		WITH_BENCH(forms),
		WITH_BENCH(any_character_changed_is_refused),
		WITH_BENCH(the_caller_chooses_the_algorithms),
		WITH_BENCH(kid_may_be_left_out_only_where_one_key_fits),
		WITH_BENCH(type_may_be_left_out_only_where_allowed),
		WITH_BENCH(claims_are_one_strict_object),
		WITH_BENCH(too_long_is_not_even_looked_at),
		WITH_BENCH(peeking_is_as_strict_of_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
