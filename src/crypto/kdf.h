/* crypto/kdf.h - key derivation: HKDF-SHA-256 (RFC 5869) from keys, Argon2id (RFC 9106) from passphrases. */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include "base/err.h"
#include "crypto/hash.h"

enum { HKDF_BYTES_MAX = 255 * SHA256_BYTES };

NONNULL void hkdf_extract(bytes salt, bytes input, uint8_t out[static SHA256_BYTES]);
/* ERR_LIMIT when out_len > HKDF_BYTES_MAX. */
MUST_USE NONNULL err hkdf_expand(bytes key, bytes info, uint8_t *out, size_t out_len);

enum { PASSPHRASE_SALT_BYTES = 16 };
/* 64 MiB, 3 passes, 32 octets (encryption-and-keys K3). ERR_LIMIT without the memory. */
MUST_USE NONNULL err passphrase_derive(bytes passphrase, const uint8_t salt[static PASSPHRASE_SALT_BYTES],
				       uint8_t out[static 32]);

#endif
