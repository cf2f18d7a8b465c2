#include "signin/pkce.h"

#include "codec/base64.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

enum { CHALLENGE_CHARS = 43, VERIFIER_CHARS_MIN = 43, VERIFIER_CHARS_MAX = 128 };

err pkce_challenge_parse(str raw, struct pkce_challenge *out)
{
	if (raw.len != CHALLENGE_CHARS)
		FAIL(ERR_INVALID, "a code challenge has 43 characters");
	struct arena *arena = arena_new(4096);
	bytes octets = { 0 };
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = base64url_parse(raw, arena, &octets);
	if (!failed(e))
		memcpy(out->sha256, octets.at, sizeof out->sha256);
	arena_free(arena);
	return e;
}

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

bool pkce_matches(str verifier, const struct pkce_challenge *challenge)
{
	if (verifier.len < VERIFIER_CHARS_MIN || verifier.len > VERIFIER_CHARS_MAX)
		return false;
	for (size_t i = 0; i < verifier.len; i++)
		if (!is_unreserved(verifier.at[i]))
			return false;
	struct sha256 hash = sha256_of(bytes_of_str(verifier));
	return secret_equal(bytes_of(hash.b, sizeof hash.b), bytes_of(challenge->sha256, sizeof challenge->sha256));
}
