/* signin/pkce.h - binds an authorization code to the client that asked for it.
 *
 * Source:  RFC 7636 sections 4.1, 4.2, 4.6. Only S256; "plain" would show the verifier (RFC 9700, 2.1.1).
 * Shapes:  verifier 43 to 128 characters of [A-Za-z0-9-._~]; challenge 32 octets. */
#ifndef SIGNIN_PKCE_H
#define SIGNIN_PKCE_H

#include "base/err.h"
#include "base/str.h"

struct pkce_challenge { uint8_t sha256[32]; };

/* 43 characters of base64url. ERR_INVALID otherwise. */
MUST_USE NONNULL err pkce_challenge_parse(str raw, struct pkce_challenge *out);
/* False also when the verifier breaks the grammar. Compares in constant time. */
MUST_USE NONNULL bool pkce_matches(str verifier, const struct pkce_challenge *challenge);

#endif
