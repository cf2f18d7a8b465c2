/* A key that is read is written as one that is read alike, under the same thumbprint; none holds a secret. */
#include <stdlib.h>

#include "crypto/jwk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct jwk *jwk, struct arena *arena)
{
	struct buffer text;
	const struct json *json;
	struct jwk again;
	char before[JWK_THUMBPRINT_LEN + 1], after[JWK_THUMBPRINT_LEN + 1];
	buffer_init(&text, 1 << 16);
	struct json_writer w = json_writer_to(&text);
	jwk_write(&w, &jwk->numbers, jwk->kid);
	if (text.failed || failed(json_parse(buffer_bytes(&text), JSON_LIMITS_DEFAULT, arena, &json, NULL)))
		abort();
	err e = jwk_parse(json, arena, &again);
	/* OpenSSL tests a modulus with random witnesses: one that is no product of two primes passes sometimes, and not the next time */
	if (failed(e) && jwk->numbers.alg == SIGN_RS256 && err_kind_of(e) == ERR_INVALID) {
		buffer_release(&text);
		return;
	}
	if (failed(e) || !str_equal(again.kid, jwk->kid) ||
	    failed(jwk_thumbprint(&jwk->numbers, before)) || failed(jwk_thumbprint(&again.numbers, after)) ||
	    memcmp(before, after, sizeof before) != 0)
		abort();
	buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	const struct json *json;
	struct jwk jwk, keys[JWK_SET_KEYS_MAX];
	size_t count = 0;
	if (arena && !failed(json_parse(bytes_of(data, size), JSON_LIMITS_DEFAULT, arena, &json, NULL))) {
		if (!failed(jwk_parse(json, arena, &jwk))) {
			if (json_member(json, S("d")) || json_member(json, S("k")))
				abort();
			check_round_trip(&jwk, arena);
		}
		if (!failed(jwk_set_parse(json, arena, keys, &count)))
			for (size_t i = 0; i < count; i++)
				check_round_trip(&keys[i], arena);
	}
	arena_free(arena);
	return 0;
}
