/* token/jwt.h - reads and checks a compact JWS whose payload is a set of claims. RFC 7515 7.1, RFC 7519; identity 6.4.
 *
 * Knows nothing of issuers, audiences or times: token/verify.h and signin/id_token_hint.h judge those.
 * Refuses: other than three parts, base64url that is not canonical, more than JWT_BYTES_MAX octets, duplicate members, JSON
 * deeper than 8; a header with crit, jwk, jku, x5u, x5c or b64, without kid, or with an alg other than that key's. The header's
 * alg never chooses the algorithm: the key that kid names has one, and the header must agree. Encrypted tokens have
 * five parts and are refused unread. */
#ifndef TOKEN_JWT_H
#define TOKEN_JWT_H

#include "codec/json_read.h"
#include "keys/client.h"

enum { JWT_BYTES_MAX = 8192, JWT_DEPTH_MAX = 8, JWT_VALUES_MAX = 1000 };

struct jwt {
	str kid, typ, alg;
	bytes signed_part; /* header '.' payload, as sent */
	bytes signature;
	str payload;       /* the JSON of the claims */
	const struct json *claims; /* an object; not to be believed before jwt_check */
};

/* ERR_INVALID when it is not such a token. */
MUST_USE NONNULL err jwt_parse(str raw, struct arena *arena, struct jwt *out);

/* A tenant's public keys, decoded once. */
struct key_set;
MUST_USE NONNULL err key_set_new(const struct public_keys *keys, struct key_set **out);
/* Accepts null. */
void key_set_free(struct key_set *set);
NONNULL bool key_set_has(const struct key_set *set, str kid);
/* ERR_NOT_FOUND for an unknown kid, ERR_INVALID when the algorithm or the signature does not fit. */
MUST_USE NONNULL err jwt_check(const struct jwt *jwt, const struct key_set *set);

#endif
