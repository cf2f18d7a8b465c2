#include "token/jwt.h"

#include <stdlib.h>

#include "codec/base64.h"
#include "crypto/sign.h"

static err parse_header(bytes raw, struct arena *arena, struct jwt *out)
{
	static const char *const refused[] = { "crit", "jwk", "jku", "x5u", "x5c", "b64", "zip" };
	const struct json *header = NULL;
	struct json_limits limits = { .depth_max = JWT_DEPTH_MAX, .values_max = 50 };

	TRY(json_parse(raw, limits, arena, &header, NULL));
	if (!json_is(header, JSON_OBJECT))
		FAIL(ERR_INVALID, "the token's header is not an object");
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (json_member(header, str_of(refused[i])))
			FAIL(ERR_INVALID, "the token's header has a member that is refused");
	if (!json_member_is_str(header, S("alg"), &out->alg) || !json_member_is_str(header, S("kid"), &out->kid))
		FAIL(ERR_INVALID, "the token's header has no alg or no kid");
	if (!json_member_is_str(header, S("typ"), &out->typ))
		out->typ = S("");
	return OK;
}

err jwt_parse(str raw, struct arena *arena, struct jwt *out)
{
	struct jwt jwt = { 0 };
	struct json_limits limits = { .depth_max = JWT_DEPTH_MAX, .values_max = JWT_VALUES_MAX };
	bytes header = { 0 }, payload = { 0 };

	if (raw.len > JWT_BYTES_MAX)
		FAIL(ERR_INVALID, "the token is longer than any of ours");
	size_t first = str_find_char(raw, '.', 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : str_find_char(raw, '.', first + 1);
	if (second == SIZE_MAX || str_find_char(raw, '.', second + 1) != SIZE_MAX)
		FAIL(ERR_INVALID, "a signed token has three parts");
	TRY(base64url_parse(str_slice(raw, 0, first), arena, &header));
	TRY(base64url_parse(str_slice(raw, first + 1, second), arena, &payload));
	TRY(base64url_parse(str_from(raw, second + 1), arena, &jwt.signature));
	TRY(parse_header(header, arena, &jwt));
	TRY(json_parse(payload, limits, arena, &jwt.claims, NULL));
	if (!json_is(jwt.claims, JSON_OBJECT))
		FAIL(ERR_INVALID, "the claims are not an object");
	jwt.payload = str_of_bytes(payload);
	jwt.signed_part = bytes_of_str(str_slice(raw, 0, second));
	*out = jwt;
	return OK;
}

struct key_set {
	size_t count;
	struct {
		char kid[44];
		struct verify_key *key;
	} entry[PUBLIC_KEYS_MAX];
};

static err decode_key(const struct public_key *key, struct verify_key **out)
{
	struct public_numbers numbers = { .alg = key->alg == TOKEN_RS256 ? SIGN_RS256 : SIGN_ES256, .n_len = key->n_len };

	memcpy(numbers.x, key->x, sizeof numbers.x);
	memcpy(numbers.y, key->y, sizeof numbers.y);
	memcpy(numbers.n, key->n, sizeof numbers.n);
	return verify_key_new(&numbers, out);
}

err key_set_new(const struct public_keys *keys, struct key_set **out)
{
	struct key_set *set = calloc(1, sizeof *set);

	if (!set)
		FAIL(ERR_LIMIT, "no memory for keys");
	for (size_t i = 0; i < keys->count && i < PUBLIC_KEYS_MAX; i++) {
		err e = decode_key(&keys->key[i], &set->entry[i].key);
		if (failed(e)) {
			key_set_free(set);
			return e;
		}
		memcpy(set->entry[i].kid, keys->key[i].kid, sizeof set->entry[i].kid);
		set->entry[i].kid[sizeof set->entry[i].kid - 1] = 0;
		set->count++;
	}
	*out = set;
	return OK;
}

void key_set_free(struct key_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		verify_key_free(set->entry[i].key);
	free(set);
}

static const struct verify_key *find(const struct key_set *set, str kid)
{
	for (size_t i = 0; i < set->count; i++)
		if (str_equal(kid, str_of(set->entry[i].kid)))
			return set->entry[i].key;
	return NULL;
}

bool key_set_has(const struct key_set *set, str kid)
{
	return find(set, kid) != NULL;
}

err jwt_check(const struct jwt *jwt, const struct key_set *set)
{
	const struct verify_key *key = find(set, jwt->kid);

	if (!key)
		FAIL(ERR_NOT_FOUND, "the token names a key that is not one of ours");
	if (!str_equal(jwt->alg, verify_key_alg(key) == SIGN_RS256 ? S("RS256") : S("ES256")))
		FAIL(ERR_INVALID, "the token's algorithm is not its key's");
	return verify_message(key, jwt->signed_part, jwt->signature);
}
