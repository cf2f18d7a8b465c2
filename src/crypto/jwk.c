#include "crypto/jwk.h"

#include <assert.h>

#include "codec/base64.h"
#include "crypto/hash.h"
#include "crypto/jws.h"

enum { RSA_BYTES_MIN = 256, RSA_BYTES_MAX = 512, CANONICAL_BYTES_MAX = 1024 };

static void write_octets(struct json_writer *w, str name, bytes octets)
{
	uint8_t space[RSA_BYTES_MAX * 4 / 3 + 4];
	struct buffer text = { .at = space, .capacity = sizeof space, .len_max = sizeof space };
	base64url_write(&text, octets);
	json_member_str(w, name, buffer_str(&text));
}

/* The members that RFC 7638 3.2 requires, in its order: what a thumbprint covers and every JWK needs. */
static void write_required(struct json_writer *w, const struct public_numbers *key)
{
	static const uint8_t exponent[] = { 1, 0, 1 };
	switch (key->alg) {
	case SIGN_ES256:
		json_member_str(w, S("crv"), S("P-256"));
		json_member_str(w, S("kty"), S("EC"));
		write_octets(w, S("x"), bytes_of(key->x, sizeof key->x));
		write_octets(w, S("y"), bytes_of(key->y, sizeof key->y));
		break;
	case SIGN_RS256:
		write_octets(w, S("e"), bytes_of(exponent, sizeof exponent));
		json_member_str(w, S("kty"), S("RSA"));
		write_octets(w, S("n"), bytes_of(key->n, key->n_len));
		break;
	case SIGN_ED25519:
		json_member_str(w, S("crv"), S("Ed25519"));
		json_member_str(w, S("kty"), S("OKP"));
		write_octets(w, S("x"), bytes_of(key->x, sizeof key->x));
		break;
	}
}

err jwk_thumbprint(const struct public_numbers *key, char out[static JWK_THUMBPRINT_LEN + 1])
{
	uint8_t space[CANONICAL_BYTES_MAX], text_space[JWK_THUMBPRINT_LEN + 1];
	struct buffer canonical = { .at = space, .capacity = sizeof space, .len_max = sizeof space };
	struct buffer text = { .at = text_space, .capacity = sizeof text_space, .len_max = sizeof text_space };
	struct json_writer w = json_writer_to(&canonical);
	if (key->n_len > RSA_BYTES_MAX)
		FAIL(ERR_INVALID, "key too large for a thumbprint");
	json_open_object(&w);
	write_required(&w, key);
	json_close_object(&w);
	if (canonical.failed)
		FAIL(ERR_INTERNAL, "thumbprint input longer than foreseen");
	struct sha256 hash = sha256_of(buffer_bytes(&canonical));
	base64url_write(&text, bytes_of(hash.b, sizeof hash.b));
	memcpy(out, text_space, JWK_THUMBPRINT_LEN);
	out[JWK_THUMBPRINT_LEN] = '\0';
	return OK;
}

void jwk_write(struct json_writer *w, const struct public_numbers *key, str kid)
{
	assert(key->n_len <= RSA_BYTES_MAX);
	json_open_object(w);
	write_required(w, key);
	json_member_str(w, S("use"), S("sig"));
	json_member_str(w, S("alg"), str_of(jws_alg_name(key->alg)));
	json_member_str(w, S("kid"), kid);
	json_close_object(w);
}

/* --- reading --- */

/* A member in base64url of exactly (len_min .. len_max) octets. */
static err read_octets(const struct json *object, str name, size_t len_min, size_t len_max, struct arena *arena, bytes *out)
{
	str text;
	bytes raw;
	if (!json_member_is_str(object, name, &text))
		FAIL(ERR_INVALID, "JWK without one of its numbers");
	TRY(base64url_parse(text, arena, &raw));
	if (raw.len < len_min || raw.len > len_max)
		FAIL(ERR_INVALID, "JWK number of the wrong length");
	*out = raw;
	return OK;
}

static err read_coordinate(const struct json *object, str name, struct arena *arena, uint8_t out[static 32])
{
	bytes raw;
	TRY(read_octets(object, name, 32, 32, arena, &raw));
	memcpy(out, raw.at, 32);
	return OK;
}

static uint32_t remainder_of(const uint8_t *n, size_t len, uint32_t divisor)
{
	uint32_t r = 0;
	for (size_t i = 0; i < len; i++)
		r = (r << 8 | n[i]) % divisor;
	return r;
}

/* CVE-2017-15361: moduli of one chip maker are powers of 65537 modulo every small prime, and can be factored. A good
 * modulus passes this test with a chance of 2^-27. */
static bool is_known_weak(const uint8_t *n, size_t len)
{
	static const uint8_t primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
					  89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167 };
	for (size_t i = 0; i < COUNT_OF(primes); i++) {
		uint32_t p = primes[i], want = remainder_of(n, len, p), power = 1;
		bool is_power = false;
		for (uint32_t k = 0; k < p && !is_power; k++) {
			is_power = power == want;
			power = power * (65537 % p) % p;
		}
		if (!is_power)
			return false;
	}
	return true;
}

static err read_rsa(const struct json *object, struct arena *arena, struct public_numbers *out)
{
	bytes n, e;
	TRY(read_octets(object, S("n"), RSA_BYTES_MIN, RSA_BYTES_MAX, arena, &n));
	TRY(read_octets(object, S("e"), 3, 3, arena, &e));
	if (memcmp(e.at, "\x01\x00\x01", 3) != 0)
		FAIL(ERR_INVALID, "RSA exponent other than 65537");
	if (n.at[0] == 0 || (n.len == RSA_BYTES_MIN && n.at[0] < 0x80))
		FAIL(ERR_INVALID, "RSA modulus shorter than its field");
	if (is_known_weak(n.at, n.len))
		FAIL(ERR_INVALID, "RSA modulus of a kind that can be factored");
	out->alg = SIGN_RS256;
	out->n_len = n.len;
	memcpy(out->n, n.at, n.len);
	return OK;
}

static err read_numbers(const struct json *object, struct arena *arena, struct public_numbers *out)
{
	str kty, crv = S("");
	if (!json_member_is_str(object, S("kty"), &kty))
		FAIL(ERR_INVALID, "JWK without kty");
	(void)json_member_is_str(object, S("crv"), &crv);
	if (str_equal(kty, S("EC")) && str_equal(crv, S("P-256"))) {
		out->alg = SIGN_ES256;
		TRY(read_coordinate(object, S("x"), arena, out->x));
		return read_coordinate(object, S("y"), arena, out->y);
	}
	if (str_equal(kty, S("OKP")) && str_equal(crv, S("Ed25519"))) {
		out->alg = SIGN_ED25519;
		return read_coordinate(object, S("x"), arena, out->x);
	}
	if (str_equal(kty, S("RSA")))
		return read_rsa(object, arena, out);
	FAIL(ERR_INVALID, "JWK of a kind that we do not use");
}

static bool has_private_members(const struct json *object)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (json_member(object, str_of(names[i])))
			return true;
	return false;
}

/* RFC 7517 4.2 to 4.4: what the key may be used for, when it says so. */
static err check_use(const struct json *object, enum sign_alg alg)
{
	const struct json *use = json_member(object, S("use")), *ops = json_member(object, S("key_ops")),
			  *named = json_member(object, S("alg"));
	if (use && (use->kind != JSON_STRING || !str_equal(use->text, S("sig"))))
		FAIL(ERR_INVALID, "JWK that is not for signatures");
	if (named && (named->kind != JSON_STRING || !str_equal(named->text, str_of(jws_alg_name(alg)))))
		FAIL(ERR_INVALID, "JWK for another algorithm than its kind's");
	if (!ops)
		return OK;
	if (ops->kind == JSON_ARRAY)
		for (const struct json *op = ops->first; op; op = op->next)
			if (op->kind == JSON_STRING && str_equal(op->text, S("verify")))
				return OK;
	FAIL(ERR_INVALID, "JWK that is not for checking signatures");
}

err jwk_parse(const struct json *object, struct arena *arena, struct jwk *out)
{
	struct jwk key = { .kid = { "", 0 } };
	struct verify_key *check;
	const struct json *kid = json_member(object, S("kid"));
	if (!json_is(object, JSON_OBJECT))
		FAIL(ERR_INVALID, "JWK that is no object");
	if (has_private_members(object))
		FAIL(ERR_INVALID, "JWK that holds a secret");
	TRY(read_numbers(object, arena, &key.numbers));
	TRY(check_use(object, key.numbers.alg));
	if (kid && kid->kind != JSON_STRING)
		FAIL(ERR_INVALID, "kid that is no text");
	if (kid)
		key.kid = kid->text;
	TRY(verify_key_new(&key.numbers, &check)); /* a point off its curve must not get further than here */
	verify_key_free(check);
	*out = key;
	return OK;
}

static bool is_symmetric(const struct json *object)
{
	str kty;
	return json_member(object, S("k")) || (json_member_is_str(object, S("kty"), &kty) && str_equal(kty, S("oct")));
}

err jwk_set_parse(const struct json *set, struct arena *arena, struct jwk out[static JWK_SET_KEYS_MAX], size_t *out_count)
{
	const struct json *keys = json_member(set, S("keys"));
	size_t count = 0;
	if (!json_is(keys, JSON_ARRAY))
		FAIL(ERR_INVALID, "key set without keys");
	if (keys->count > JWK_SET_KEYS_MAX)
		FAIL(ERR_LIMIT, "too many keys in a set");
	for (const struct json *item = keys->first; item; item = item->next) {
		struct jwk key;
		if (is_symmetric(item))
			FAIL(ERR_INVALID, "symmetric key in a set of public keys");
		err e = jwk_parse(item, arena, &key);
		if (err_kind_of(e) == ERR_INVALID)
			continue;
		TRY(e);
		for (size_t i = 0; i < count; i++)
			if (key.kid.len && str_equal(out[i].kid, key.kid))
				FAIL(ERR_INVALID, "two keys of one kid");
		out[count++] = key;
	}
	*out_count = count;
	return OK;
}
