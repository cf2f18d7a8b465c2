/* crypto/hash.h - SHA-256 (FIPS 180-4). */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/str.h"

enum { SHA256_BYTES = 32 };

struct sha256 {
	uint8_t b[SHA256_BYTES];
};

/* Of the parts, one after another. Ends the process when the library cannot hash: nothing safe can be done without. */
struct sha256 sha256_of(bytes data);
struct sha256 sha256_of_parts(const bytes *parts, size_t count);

#endif
