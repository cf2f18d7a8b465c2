/* token/claims.h - the claims of a token to be signed, as JSON.
 *
 * The keeper signs only claims that begin with exactly {"iss":"<issuer>","tid":"<tenant>", of the tenant that its channel is
 * bound to (keys/client.h): claims_begin writes that, claims_end closes the object.
 *
 *     struct buffer b; buffer_init(&b, CLAIMS_BYTES_MAX);
 *     struct json_writer w = claims_begin(&b, issuer, &tenant);
 *     json_member_str(&w, S("aud"), audience);
 *     TRY(claims_end(&w)); */
#ifndef TOKEN_CLAIMS_H
#define TOKEN_CLAIMS_H

#include "base/arena.h"
#include "codec/json_write.h"

enum { CLAIMS_BYTES_MAX = 6000 }; /* so that the token stays under 8 KiB */

/* "{origin}/{tenant}/v2.0" */
NONNULL str claims_issuer(struct arena *arena, str origin, const struct uuid *tenant);
NONNULL struct json_writer claims_begin(struct buffer *b, str issuer, const struct uuid *tenant);
/* ERR_LIMIT when they have become too long. */
MUST_USE NONNULL err claims_end(struct json_writer *w);

#endif
