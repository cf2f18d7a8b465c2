/* HKDF, HMAC, ES256, RS256, Ed25519, JWK and JWS against Wycheproof. Our policy where it leaves a choice stands in the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/base64.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "wycheproof.h"

static enum wycheproof_verdict verdict(bool accepted)
{
	return accepted ? WYCHEPROOF_ACCEPTED : WYCHEPROOF_REFUSED;
}

static enum wycheproof_verdict run_hkdf(const struct json *group, const struct json *test, struct arena *arena)
{
	static uint8_t out[HKDF_BYTES_MAX + 64];
	uint8_t prk[SHA256_BYTES];
	int64_t size = 0;
	(void)group;
	bytes ikm = wycheproof_hex(test, "ikm", arena), salt = wycheproof_hex(test, "salt", arena);
	bytes info = wycheproof_hex(test, "info", arena), okm = wycheproof_hex(test, "okm", arena);
	assert_true(json_member_is_i64(test, S("size"), &size) && size <= (int64_t)sizeof out);
	hkdf_extract(salt, ikm, prk);
	if (failed(hkdf_expand(bytes_of(prk, sizeof prk), info, out, (size_t)size)))
		return WYCHEPROOF_REFUSED;
	return verdict(bytes_equal(bytes_of(out, (size_t)size), okm));
}

static enum wycheproof_verdict run_hmac(const struct json *group, const struct json *test, struct arena *arena)
{
	int64_t tag_bits = 0;
	assert_true(json_member_is_i64(group, S("tagSize"), &tag_bits));
	struct sha256 got = hmac_sha256(wycheproof_hex(test, "key", arena), wycheproof_hex(test, "msg", arena));
	return verdict(bytes_equal(bytes_of(got.b, (size_t)tag_bits / 8), wycheproof_hex(test, "tag", arena)));
}

static enum wycheproof_verdict verify_with(const struct public_numbers *numbers, const struct json *test,
					   struct arena *arena)
{
	struct verify_key *key;
	if (failed(verify_key_new(numbers, &key)))
		return WYCHEPROOF_REFUSED;
	err e = verify_message(key, wycheproof_hex(test, "msg", arena), wycheproof_hex(test, "sig", arena));
	verify_key_free(key);
	return verdict(!failed(e));
}

static enum wycheproof_verdict run_es256(const struct json *group, const struct json *test, struct arena *arena)
{
	struct public_numbers numbers = { .alg = SIGN_ES256 };
	bytes point = wycheproof_hex(json_member(group, S("publicKey")), "uncompressed", arena);
	assert_int_equal(point.len, 65);
	memcpy(numbers.x, point.at + 1, 32);
	memcpy(numbers.y, point.at + 33, 32);
	return verify_with(&numbers, test, arena);
}

static enum wycheproof_verdict run_ed25519(const struct json *group, const struct json *test, struct arena *arena)
{
	struct public_numbers numbers = { .alg = SIGN_ED25519 };
	bytes raw = wycheproof_hex(json_member(group, S("publicKey")), "pk", arena);
	assert_int_equal(raw.len, 32);
	memcpy(numbers.x, raw.at, 32);
	return verify_with(&numbers, test, arena);
}

static enum wycheproof_verdict run_rs256(const struct json *group, const struct json *test, struct arena *arena)
{
	struct public_numbers numbers = { .alg = SIGN_RS256 };
	const struct json *described = json_member(group, S("publicKey"));
	bytes n = wycheproof_hex(described, "modulus", arena), e = wycheproof_hex(described, "publicExponent", arena);
	n = n.at[0] == 0 ? bytes_from(n, 1) : n;
	if (!bytes_equal(e, bytes_of("\x01\x00\x01", 3)))
		return WYCHEPROOF_NOT_APPLICABLE;
	assert_true(n.len <= sizeof numbers.n);
	memcpy(numbers.n, n.at, n.len);
	numbers.n_len = n.len;
	return verify_with(&numbers, test, arena);
}

/* --- JOSE --- */

/* The vectors give private keys; a verifier gets the public half. */
static str public_half(const struct json *key, struct arena *arena)
{
	static const char *const public_names[] = { "kty", "crv", "x", "y", "n", "e", "kid", "alg", "use" };
	struct buffer text;
	buffer_init(&text, 1 << 16);
	struct json_writer w = json_writer_to(&text);
	json_open_object(&w);
	for (size_t i = 0; i < COUNT_OF(public_names); i++) {
		str value;
		if (json_member_is_str(key, str_of(public_names[i]), &value))
			json_member_str(&w, str_of(public_names[i]), value);
	}
	const struct json *ops = json_member(key, S("key_ops"));
	if (ops) { /* a pair that signs is, of its public half, one that verifies */
		json_key(&w, S("key_ops"));
		json_open_array(&w);
		for (const struct json *op = ops->first; op; op = op->next)
			json_str(&w, op->text);
		json_close_array(&w);
	}
	json_close_object(&w);
	str copy = str_copy(arena, buffer_str(&text));
	buffer_release(&text);
	return copy;
}

static bool read_key(const struct json *key, struct arena *arena, struct jwk *out)
{
	const struct json *half;
	assert_false(failed(json_parse(bytes_of_str(public_half(key, arena)), JSON_LIMITS_DEFAULT, arena, &half, NULL)));
	return !failed(jwk_parse(half, arena, out));
}

static bool is_ours(const struct json *key)
{
	str alg = S("");
	(void)json_member_is_str(key, S("alg"), &alg);
	return !json_member(key, S("k")) &&
	       (alg.len == 0 || str_equal(alg, S("ES256")) || str_equal(alg, S("RS256")) || str_equal(alg, S("EdDSA")));
}

static enum wycheproof_verdict verify_jws(const struct jwk *jwk, const struct json *test, struct arena *arena)
{
	struct verify_key *key;
	struct jws jws;
	assert_false(failed(verify_key_new(&jwk->numbers, &key)));
	struct jws_key one = { jwk->kid, key };
	struct jws_expected expected = {
		.algs = JWS_ALG(SIGN_ES256) | JWS_ALG(SIGN_RS256) | JWS_ALG(SIGN_ED25519), .keys = &one, .key_count = 1,
		.kid_optional = true,
	};
	err e = jws_verify(wycheproof_text(test, "jws"), &expected, arena, &jws);
	verify_key_free(key);
	return verdict(!failed(e));
}

static enum wycheproof_verdict run_jws(const struct json *group, const struct json *test, struct arena *arena)
{
	const struct json *key = json_member(group, S("public")) ? json_member(group, S("public"))
								 : json_member(group, S("private"));
	struct jwk jwk;
	if (!is_ours(key))
		return WYCHEPROOF_NOT_APPLICABLE;
	if (!read_key(key, arena, &jwk))
		return WYCHEPROOF_REFUSED;
	return verify_jws(&jwk, test, arena);
}

/* Key sets, as their owner would publish them: public halves. */
static const struct json *public_set(const struct json *keys, struct arena *arena)
{
	str text = S("{\"keys\":[");
	const struct json *set;
	for (const struct json *key = keys->first; key; key = key->next) {
		text = str_join(arena, text, public_half(key, arena));
		text = str_join(arena, text, key->next ? S(",") : S("]}"));
	}
	assert_false(failed(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, &set, NULL)));
	return set;
}

static enum wycheproof_verdict run_jwk(const struct json *group, const struct json *test, struct arena *arena)
{
	const struct json *keys = json_member(json_member(group, S("private")), S("keys"));
	struct jwk jwks[JWK_SET_KEYS_MAX];
	size_t count;
	assert_true(keys && keys->count > 0);
	if (json_member(keys->first, S("k")) && str_equal(wycheproof_text(test, "result"), S("valid")))
		return WYCHEPROOF_NOT_APPLICABLE; /* HMAC tokens, which we do not have */
	if (failed(jwk_set_parse(public_set(keys, arena), arena, jwks, &count)) || count == 0)
		return WYCHEPROOF_REFUSED;
	return verify_jws(&jwks[0], test, arena);
}

static const struct wycheproof_file files[] = {
	{ "hkdf_sha256_test.json", run_hkdf, WYCHEPROOF_REFUSED, 80 },
	{ "hmac_sha256_test.json", run_hmac, WYCHEPROOF_REFUSED, 170 },
	{ "ecdsa_secp256r1_sha256_p1363_test.json", run_es256, WYCHEPROOF_REFUSED, 250 },
	{ "ed25519_test.json", run_ed25519, WYCHEPROOF_REFUSED, 150 },
	/* Acceptable: a digest's parameters left out of the padding. Nobody signs so; refused. */
	{ "rsa_signature_2048_sha256_test.json", run_rs256, WYCHEPROOF_REFUSED, 200 },
	{ "json_web_signature_test.json", run_jws, WYCHEPROOF_REFUSED, 40 },
	{ "json_web_key_test.json", run_jwk, WYCHEPROOF_REFUSED, 15 },
};

static void file_agrees(void **state)
{
	wycheproof_check(*state);
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(files)];
	for (size_t i = 0; i < COUNT_OF(files); i++)
		tests[i] = (struct CMUnitTest){ .name = files[i].name, .test_func = file_agrees,
						.initial_state = (void *)(uintptr_t)&files[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
