/* token/verify.h - is this access token one of ours, for us, and still good?
 *
 * Source:  RFC 9068 section 4; identity 6.4. Strict: ES256 or RS256 as the key says, typ at+jwt, our issuer and tenant, an
 *          audience out of a list, exp, nbf; no crit, jwk, jku, x5u; duplicate members, trailing bytes, more than 8 KiB: no.
 * Speed:   a verified token is remembered by a keyed hash of its octets until it expires, so that only its first use
 *          costs a signature check.
 * Errors:  ERR_INVALID for anything wrong with the token (answer 401 invalid_token), ERR_UNAVAILABLE when the keys could
 *          not be had. The reason is in `why`; do not tell it to strangers. */
#ifndef TOKEN_VERIFY_H
#define TOKEN_VERIFY_H

#include "base/instant.h"
#include "keys/client.h"
#include "token/principal.h"

enum { TOKEN_AUDIENCES_MAX = 8, TOKEN_SKEW_S = 60 };

struct token_verifier;

struct token_verifier_options {
	str issuer;              /* "https://host/<tenant>/v2.0"                                             */
	struct uuid tenant;
	const str *audiences;    /* exact, 1 to TOKEN_AUDIENCES_MAX: the resource's appId, identifier URIs   */
	size_t audience_count;
	struct keys *keys;       /* asked for public keys at first use and, at most every few seconds, on an
	                            unknown kid. Null: only token_verifier_set_keys gives keys               */
};

/* Copies what it needs but `keys`, which is borrowed. */
MUST_USE NONNULL err token_verifier_new(const struct token_verifier_options *options, struct token_verifier **out);
/* Wipes. Accepts null. */
void token_verifier_free(struct token_verifier *v);
/* Replaces the keys and forgets remembered tokens. */
MUST_USE NONNULL err token_verifier_set_keys(struct token_verifier *v, const struct public_keys *keys);

/* `raw` is what stood behind "Bearer ". The principal is made in `arena`. */
MUST_USE NONNULL err token_verify(struct token_verifier *v, str raw, struct instant now, struct arena *arena,
				  const struct principal **out);

#endif
