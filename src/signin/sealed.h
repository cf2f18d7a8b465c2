/* signin/sealed.h - text that leaves us and comes back: sealed, so that its holder can neither read nor change it.
 *
 * Format: base64url( 24 octets nonce || ciphertext || 16 octets tag ), XAES-256-GCM under the database's cookie key. The label and
 * the binding (a cookie's value, say) are authenticated and not contained: what was sealed for one use or one browser
 * does not open in another. */
#ifndef SIGNIN_SEALED_H
#define SIGNIN_SEALED_H

#include "signin/signin_internal.h"

MUST_USE NONNULL err sealed_make(struct signin *s, str label, str binding, bytes plain, struct arena *arena, str *out);
/* ERR_INVALID when it is not what we sealed for this label and binding. */
MUST_USE NONNULL err sealed_open(struct signin *s, str label, str binding, str text, struct arena *arena, bytes *out);

#endif
