/* token/key_set.h - a tenant's public token keys, decoded once, and tokens checked against them.
 *
 * crypto/jws.h judges form, header and signature; this knows only which keys are the tenant's. Issuer, audience and times
 * are judged by token/verify.h (access tokens) and signin/logout.c (hints). */
#ifndef TOKEN_KEY_SET_H
#define TOKEN_KEY_SET_H

#include "codec/json_read.h"
#include "keys/client.h"

struct key_set;
MUST_USE NONNULL err key_set_new(const struct public_keys *keys, struct key_set **out);
/* Holds exactly these keys, whichever of them signs. */
NONNULL bool key_set_is(const struct key_set *set, const struct public_keys *keys);
/* Accepts null. */
void key_set_free(struct key_set *set);

/* typ: "at+jwt", "JWT" ...; must be there. ERR_NOT_FOUND when the token names a key that is not in the set. *out_payload (the
 * claims' JSON text) may be null. */
MUST_USE err key_set_verify(const struct key_set *set, str compact, str typ, struct arena *arena,
			    const struct json **out_claims, bytes *out_payload);

#endif
