/* crypto/aead.h - AES-256-GCM with a 96-bit nonce and a 128-bit tag. NIST SP 800-38D.
 *
 * One-shot functions for single messages; `struct aead` keeps the key schedule for many. The caller answers for the
 * nonce: never twice under one key. Random nonces only for keys that seal fewer than 2^32 messages.
 * Sealing in place (out == plain.at) is allowed. cipher and plain have the same length.
 *
 * Errors: ERR_INVALID when the tag does not fit: the caller knows whether the bytes were a peer's or our own
 *         (ERR_CORRUPT then). ERR_INTERNAL when the library refuses. */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include "base/err.h"
#include "base/str.h"

enum { AEAD_KEY_BYTES = 32, AEAD_NONCE_BYTES = 12, AEAD_TAG_BYTES = 16 };

MUST_USE NONNULL err aead_seal(const uint8_t key[static AEAD_KEY_BYTES], const uint8_t nonce[static AEAD_NONCE_BYTES],
			       bytes aad, bytes plain, uint8_t *out_cipher, uint8_t out_tag[static AEAD_TAG_BYTES]);
/* On failure out_plain is zeroed. */
MUST_USE NONNULL err aead_open(const uint8_t key[static AEAD_KEY_BYTES], const uint8_t nonce[static AEAD_NONCE_BYTES],
			       bytes aad, bytes cipher, const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain);

/* A key ready for use, in both directions. */
struct aead;
MUST_USE NONNULL err aead_new(const uint8_t key[static AEAD_KEY_BYTES], struct aead **out);
/* Wipes. Accepts null. */
void aead_free(struct aead *a);
/* Gives it another key and keeps its memory. */
MUST_USE NONNULL err aead_set_key(struct aead *a, const uint8_t key[static AEAD_KEY_BYTES]);
MUST_USE NONNULL err aead_seal_with(struct aead *a, const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes plain,
				    uint8_t *out_cipher, uint8_t out_tag[static AEAD_TAG_BYTES]);
MUST_USE NONNULL err aead_open_with(struct aead *a, const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes cipher,
				    const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain);

#endif
