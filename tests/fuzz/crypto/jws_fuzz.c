/* No text verifies but the one that was signed (RFC 7515 appendix A.3), and what can be peeked at is two objects. */
#include <stdlib.h>

#include "crypto/jwk.h"
#include "crypto/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char signed_text[] =
	"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
static const char signer[] = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
			     "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";

static const struct verify_key *signer_key(struct arena *arena)
{
	static struct verify_key *key;
	const struct json *json;
	struct jwk jwk;
	if (!key && (failed(json_parse(bytes_of_str(S(signer)), JSON_LIMITS_DEFAULT, arena, &json, NULL)) ||
		     failed(jwk_parse(json, arena, &jwk)) || failed(verify_key_new(&jwk.numbers, &key))))
		abort();
	return key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	if (!arena)
		return 0;
	struct jws_key key = { S("k"), signer_key(arena) };
	struct jws_expected expected = {
		.algs = JWS_ALG(SIGN_ES256), .keys = &key, .key_count = 1, .kid_optional = true,
	};
	str text = { (const char *)data, size };
	const struct json *header, *claims;
	struct jws jws;
	if (!failed(jws_peek(text, arena, &header, &claims)) &&
	    (!json_is(header, JSON_OBJECT) || !json_is(claims, JSON_OBJECT) || !json_member(header, S("alg"))))
		abort();
	if (failed(jws_verify(text, &expected, arena, &jws)) == str_equal(text, S(signed_text)))
		abort();
	arena_free(arena);
	return 0;
}
