/* token/verify.c - see verify.h. The order: cache; form, key and signature; then what the claims say. */
#include "token/verify.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/jws.h"
#include "crypto/mac.h"
#include "crypto/secret.h"
#include "host/random.h"
#include "token/key_set.h"
#include "token/principal_read.h"

enum {
	CACHE_SLOTS = 1024,       /* power of two; each slot holds one token's claims  */
	CACHE_WAYS = 4,
	KEY_REFRESH_MS = 5000,    /* an unknown kid asks the keeper at most this often */
	KEY_AGE_MS = 60 * 1000,   /* without one: next keys come, removed ones go      */
	CACHE_CLAIMS_MAX = 6144,
};

struct cached {
	uint8_t mac[SHA256_BYTES]; /* of the whole token                       */
	int64_t expires_at, not_before;
	uint16_t len;
	char *claims;              /* the payload's JSON; null: empty          */
};

struct token_verifier {
	str issuer;
	struct uuid tenant;
	str audiences[TOKEN_AUDIENCES_MAX];
	size_t audience_count;
	struct keys *keys;
	struct key_set *set;
	int64_t asked_ms;
	bool asked;
	uint8_t secret[32];
	struct arena *arena; /* of issuer and audiences */
	struct cached cache[CACHE_SLOTS];
};

err token_verifier_new(const struct token_verifier_options *o, struct token_verifier **out)
{
	if (!o->audience_count || o->audience_count > TOKEN_AUDIENCES_MAX)
		FAIL(ERR_INTERNAL, "a verifier has one to eight audiences");
	struct token_verifier *v = calloc(1, sizeof *v);
	if (!v || !(v->arena = arena_new(16 * 1024))) {
		free(v);
		FAIL(ERR_LIMIT, "no memory for a token verifier");
	}
	v->issuer = str_copy(v->arena, o->issuer);
	v->tenant = o->tenant;
	v->keys = o->keys;
	for (size_t i = 0; i < o->audience_count; i++)
		v->audiences[v->audience_count++] = str_copy(v->arena, o->audiences[i]);
	random_bytes(v->secret, sizeof v->secret);
	*out = v;
	return OK;
}

static void forget_all(struct token_verifier *v)
{
	for (size_t i = 0; i < CACHE_SLOTS; i++) {
		free(v->cache[i].claims);
		v->cache[i] = (struct cached){ 0 };
	}
}

void token_verifier_free(struct token_verifier *v)
{
	if (!v)
		return;
	forget_all(v);
	key_set_free(v->set);
	arena_free(v->arena);
	explicit_bzero(v->secret, sizeof v->secret);
	free(v);
}

err token_verifier_set_keys(struct token_verifier *v, const struct public_keys *keys)
{
	struct key_set *set = NULL;

	TRY(key_set_new(keys, &set));
	key_set_free(v->set);
	v->set = set;
	forget_all(v);
	return OK;
}

/* Asks the keeper, unless it was asked a moment ago: a flood of tokens with invented kids costs it nothing. */
static err refresh_keys(struct token_verifier *v, struct instant now)
{
	struct public_keys keys = { 0 };

	if (!v->keys || (v->asked && now.ms - v->asked_ms < KEY_REFRESH_MS && now.ms >= v->asked_ms))
		return OK;
	TRY(keys_public(v->keys, &keys));
	v->asked = true;
	v->asked_ms = now.ms;
	return v->set && key_set_is(v->set, &keys) ? OK : token_verifier_set_keys(v, &keys); /* the same: nothing is forgotten */
}

/* While the keeper is away, tokens are judged by the keys that it told last. */
static void renew_keys(struct token_verifier *v, struct instant now)
{
	if (!v->set || !v->asked || (now.ms >= v->asked_ms && now.ms - v->asked_ms < KEY_AGE_MS))
		return;
	err e = refresh_keys(v, now);
	if (failed(e))
		v->asked_ms = now.ms - KEY_AGE_MS + KEY_REFRESH_MS; /* again soon, but not with each token */
}

/* An unknown kid may be a new key of ours: look once more. */
static err check(struct token_verifier *v, str raw, struct instant now, struct arena *arena, const struct json **out_claims,
		 bytes *out_payload)
{
	err e = ERR(ERR_NOT_FOUND, "no keys yet");

	for (int attempt = 0; attempt < 2 && err_kind_of(e) == ERR_NOT_FOUND; attempt++) {
		if (attempt || !v->set)
			TRY(refresh_keys(v, now));
		if (!v->set)
			FAIL(ERR_UNAVAILABLE, "there are no keys to verify tokens with yet");
		e = key_set_verify(v->set, raw, S("at+jwt"), arena, out_claims, out_payload);
	}
	int kind = err_kind_of(e);
	return kind == ERR_NOT_FOUND || kind == ERR_LIMIT ? ERR(ERR_INVALID, "the token names a key that is not ours") : e;
}

/* RFC 9068 4: iss, aud; then the times. */
static err judge(const struct token_verifier *v, const struct json *claims, int64_t now_s, int64_t *out_expires, int64_t *out_begins)
{
	str issuer = { 0 }, audience = { 0 }, tid = { 0 };
	struct uuid tenant = { { 0 } };
	int64_t expires = 0, begins = 0;
	bool known = false;

	if (!json_member_is_str(claims, S("iss"), &issuer) || !str_equal(issuer, v->issuer))
		FAIL(ERR_INVALID, "the token is of another issuer");
	if (!json_member_is_str(claims, S("tid"), &tid) || failed(uuid_parse(tid, &tenant)) || !uuid_equal(&tenant, &v->tenant))
		FAIL(ERR_INVALID, "the token is of another tenant");
	if (!json_member_is_str(claims, S("aud"), &audience))
		FAIL(ERR_INVALID, "the token has no single audience");
	for (size_t i = 0; i < v->audience_count; i++)
		known |= str_equal(audience, v->audiences[i]);
	if (!known)
		FAIL(ERR_INVALID, "the token is for another resource");
	if (!json_member_is_i64(claims, S("exp"), &expires) || expires <= now_s)
		FAIL(ERR_INVALID, "the token has expired");
	if (json_member(claims, S("nbf")) && !json_member_is_i64(claims, S("nbf"), &begins))
		FAIL(ERR_INVALID, "the token's nbf is not a number");
	if (begins > now_s + TOKEN_SKEW_S)
		FAIL(ERR_INVALID, "the token is not valid yet");
	*out_expires = expires;
	*out_begins = begins;
	return OK;
}

static struct cached *bucket_of(struct token_verifier *v, const struct sha256 *mac)
{
	size_t buckets = CACHE_SLOTS / CACHE_WAYS;
	size_t index = (size_t)(mac->b[0] | mac->b[1] << 8) % buckets;
	return &v->cache[index * CACHE_WAYS];
}

static const struct cached *recall(struct token_verifier *v, const struct sha256 *mac, int64_t now_s)
{
	struct cached *bucket = bucket_of(v, mac);

	for (size_t i = 0; i < CACHE_WAYS; i++)
		if (bucket[i].claims && secret_equal(bytes_of(bucket[i].mac, SHA256_BYTES), bytes_of(mac->b, SHA256_BYTES)))
			return bucket[i].expires_at > now_s && bucket[i].not_before <= now_s + TOKEN_SKEW_S ? &bucket[i] : NULL;
	return NULL;
}

/* Takes the slot of an expired token, or else of the one that expires first. Forgetting to remember is no error. */
static void remember(struct token_verifier *v, const struct sha256 *mac, str claims, int64_t expires, int64_t begins)
{
	struct cached *bucket = bucket_of(v, mac), *slot = bucket;

	if (claims.len > CACHE_CLAIMS_MAX)
		return;
	for (size_t i = 1; i < CACHE_WAYS; i++)
		if (bucket[i].expires_at < slot->expires_at)
			slot = &bucket[i];
	char *copy = realloc(slot->claims, claims.len);
	if (!copy)
		return;
	memcpy(copy, claims.at, claims.len);
	memcpy(slot->mac, mac->b, SHA256_BYTES);
	slot->claims = copy;
	slot->len = (uint16_t)claims.len;
	slot->expires_at = expires;
	slot->not_before = begins;
}

static err verify_new(struct token_verifier *v, str raw, const struct sha256 *mac, struct instant now, struct arena *arena,
		      const struct json **out)
{
	int64_t expires = 0, begins = 0;
	const struct json *claims = NULL;
	bytes payload = { 0 };

	TRY(check(v, raw, now, arena, &claims, &payload));
	TRY(judge(v, claims, instant_seconds(now), &expires, &begins));
	remember(v, mac, str_of_bytes(payload), expires, begins);
	*out = claims;
	return OK;
}

err token_verify(struct token_verifier *v, str raw, struct instant now, struct arena *arena, const struct principal **out)
{
	if (raw.len > JWS_BYTES_MAX)
		FAIL(ERR_INVALID, "the token is longer than any of ours");
	renew_keys(v, now);
	struct sha256 mac = hmac_sha256(bytes_of(v->secret, sizeof v->secret), bytes_of_str(raw));
	const struct cached *hit = recall(v, &mac, instant_seconds(now));
	const struct json *claims = NULL;

	if (hit) {
		struct json_limits limits = { .depth_max = JWS_DEPTH_MAX, .values_max = JWS_VALUES_MAX };
		TRY(json_parse(bytes_of(hit->claims, hit->len), limits, arena, &claims, NULL));
	} else {
		TRY(verify_new(v, raw, &mac, now, arena, &claims));
	}
	return principal_read(claims, arena, out);
}
