/* crypto/jws.h - checks signed tokens in compact form.
 *
 * Source:  RFC 7515 (JWS), RFC 8725 (best practice), identity 6.4. Signing is the keeper's (keys/client.h).
 * Strict:  the caller says which algorithms, which keys and which `typ`; the header selects among these and nothing else.
 *          Refused: `none`, every symmetric algorithm, an algorithm that is not the key's own, jwk, jku, x5u, crit, b64,
 *          enc, zip; duplicate members, nesting over JWS_DEPTH_MAX, base64url that is not canonical, anything but two dots,
 *          more than JWS_BYTES_MAX octets. JWE is never read.
 * Keys:    found by `kid` alone. Two keys of one kid are ambiguous and refused.
 * Owns:    results live in the arena, which must outlive `compact` only for what was decoded.
 * Errors:  ERR_NOT_FOUND when no key has that kid (fetch the keys again, perhaps); ERR_LIMIT too long or arena spent;
 *          ERR_INVALID everything else. Do not tell strangers the reason. */
#ifndef CRYPTO_JWS_H
#define CRYPTO_JWS_H

#include "codec/json_read.h"
#include "crypto/sign.h"

enum { JWS_BYTES_MAX = 8192, JWS_DEPTH_MAX = 8, JWS_VALUES_MAX = 1000, JWS_KID_BYTES_MAX = 128 };

/* For sets of algorithms. */
#define JWS_ALG(alg_) (1u << (alg_))

struct jws_key {
	str kid;
	const struct verify_key *key;
};

struct jws_expected {
	unsigned algs;              /* JWS_ALG(SIGN_ES256) | JWS_ALG(SIGN_RS256) ...                               */
	const struct jws_key *keys;
	size_t key_count;
	str typ;                    /* "at+jwt": compared without case and without "application/"; empty: any or none */
	bool typ_optional;          /* may be absent, but not another                                              */
	bool kid_optional;          /* may be absent when exactly one key has the header's algorithm               */
};

struct jws {
	enum sign_alg alg;
	str kid;      /* of the key that fits; never the header's own text when that was absent */
	str typ;      /* as sent; empty when absent                                             */
	bytes payload;
};

/* Parses, selects the key, verifies. On failure *out is untouched. */
MUST_USE NONNULL err jws_verify(str compact, const struct jws_expected *expected, struct arena *arena, struct jws *out);

/* A verified payload as a JWT claims set: one JSON object, no duplicates, bounded. */
MUST_USE NONNULL err jws_claims(const struct jws *jws, struct arena *arena, const struct json **out);

/* The header and payload without any check of the signature, to find out whose keys to use (`iss` of a client assertion).
 * Nothing in them is to be believed. The same strictness of form. */
MUST_USE NONNULL err jws_peek(str compact, struct arena *arena, const struct json **out_header,
			      const struct json **out_claims);

/* "ES256" ...; null for a number that is none of ours. */
const char *jws_alg_name(enum sign_alg alg);

#endif
