/* crypto/jwk.h - public keys as JSON.
 *
 * Source:  RFC 7517, RFC 7518 section 6, RFC 8037 (Ed25519), RFC 7638 (thumbprint).
 * Shapes:  EC P-256, RSA of 2048 to 4096 bits with exponent 65537, OKP Ed25519. A JWK that holds private members is
 *          refused: someone has sent a secret to the wrong place.
 * Errors:  ERR_INVALID for what is not such a key (off the curve, short, even, known to be weak). */
#ifndef CRYPTO_JWK_H
#define CRYPTO_JWK_H

#include "codec/json_read.h"
#include "codec/json_write.h"
#include "crypto/sign.h"

enum { JWK_THUMBPRINT_LEN = 43, JWK_SET_KEYS_MAX = 16 };

/* SHA-256 of the canonical members, base64url; NUL-terminated. Our `kid`. */
MUST_USE NONNULL err jwk_thumbprint(const struct public_numbers *key, char out[static JWK_THUMBPRINT_LEN + 1]);

/* One object: kty, its numbers, use "sig", alg, kid. Private halves cannot get in: the type has none. */
NONNULL void jwk_write(struct json_writer *w, const struct public_numbers *key, str kid);

struct jwk {
	struct public_numbers numbers;
	str kid; /* as sent; empty when absent. In the arena. */
};

/* `use` must be "sig" and key_ops must hold "verify" when present; `alg`, when present, must be the key's own. */
MUST_USE NONNULL err jwk_parse(const struct json *object, struct arena *arena, struct jwk *out);
/* {"keys":[...]}: those keys that we can use; keys of other kinds are skipped (RFC 7517, 5), but a set that mixes in a
 * symmetric key is refused. ERR_INVALID when two keys share a kid. */
MUST_USE NONNULL err jwk_set_parse(const struct json *set, struct arena *arena, struct jwk out[static JWK_SET_KEYS_MAX],
				   size_t *out_count);

#endif
