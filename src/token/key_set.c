#include "token/key_set.h"

#include <stdlib.h>

#include "crypto/jws.h"

struct key_set {
	size_t count;
	struct jws_key keys[PUBLIC_KEYS_MAX];
	struct verify_key *decoded[PUBLIC_KEYS_MAX]; /* owned; keys[] borrows them */
	char kids[PUBLIC_KEYS_MAX][sizeof((struct public_key *)0)->kid];
};

static err decode(const struct public_key *key, struct verify_key **out)
{
	struct public_numbers numbers = { .alg = key->alg == TOKEN_RS256 ? SIGN_RS256 : SIGN_ES256, .n_len = key->n_len };

	memcpy(numbers.x, key->x, sizeof numbers.x);
	memcpy(numbers.y, key->y, sizeof numbers.y);
	memcpy(numbers.n, key->n, sizeof numbers.n);
	return verify_key_new(&numbers, out);
}

static err add(struct key_set *set, const struct public_key *key)
{
	size_t i = set->count;

	TRY(decode(key, &set->decoded[i]));
	memcpy(set->kids[i], key->kid, sizeof set->kids[i] - 1);
	set->keys[i] = (struct jws_key){ str_of(set->kids[i]), set->decoded[i] };
	set->count++;
	return OK;
}

err key_set_new(const struct public_keys *keys, struct key_set **out)
{
	struct key_set *set = calloc(1, sizeof *set);
	err e = OK;

	if (!set)
		FAIL(ERR_LIMIT, "no memory for keys");
	for (size_t i = 0; i < keys->count && i < PUBLIC_KEYS_MAX && !failed(e); i++)
		e = add(set, &keys->key[i]);
	if (failed(e)) {
		key_set_free(set);
		return e;
	}
	*out = set;
	return OK;
}

bool key_set_is(const struct key_set *set, const struct public_keys *keys)
{
	if (set->count != keys->count)
		return false;
	for (size_t i = 0; i < set->count; i++) { /* a kid is the key's thumbprint; the order is the keeper's and may change */
		bool found = false;
		for (size_t k = 0; k < keys->count; k++)
			found |= strcmp(set->kids[i], keys->key[k].kid) == 0;
		if (!found)
			return false;
	}
	return true;
}

void key_set_free(struct key_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		verify_key_free(set->decoded[i]);
	free(set);
}

err key_set_verify(const struct key_set *set, str compact, str typ, struct arena *arena, const struct json **out_claims,
		   bytes *out_payload)
{
	struct jws_expected expected = { .algs = JWS_ALG(SIGN_ES256) | JWS_ALG(SIGN_RS256), .keys = set->keys,
					 .key_count = set->count, .typ = typ };
	struct jws jws = { 0 };

	TRY(jws_verify(compact, &expected, arena, &jws));
	TRY(jws_claims(&jws, arena, out_claims));
	if (out_payload)
		*out_payload = jws.payload;
	return OK;
}
