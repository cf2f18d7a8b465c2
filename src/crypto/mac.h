/* crypto/mac.h - HMAC-SHA-256 (RFC 2104). */
#ifndef CRYPTO_MAC_H
#define CRYPTO_MAC_H

#include "crypto/hash.h"

/* Of the parts, one after another. A key of any length. */
struct sha256 hmac_sha256(bytes key, bytes data);
struct sha256 hmac_sha256_parts(bytes key, const bytes *parts, size_t count);

#endif
