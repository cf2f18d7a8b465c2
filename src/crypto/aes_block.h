/* crypto/aes_block.h - AES-256 on single blocks: a building stone (CMAC, the 16 hidden octets of a log frame's header),
 * never a mode for data. FIPS 197. */
#ifndef CRYPTO_AES_BLOCK_H
#define CRYPTO_AES_BLOCK_H

#include <stdint.h>

#include "base/err.h"

struct aes_block;
MUST_USE NONNULL err aes_block_new(const uint8_t key[static 32], struct aes_block **out);
/* Wipes. Accepts null. */
void aes_block_free(struct aes_block *a);
/* in == out is allowed. */
MUST_USE NONNULL err aes_block_encrypt(struct aes_block *a, const uint8_t in[static 16], uint8_t out[static 16]);
MUST_USE NONNULL err aes_block_decrypt(struct aes_block *a, const uint8_t in[static 16], uint8_t out[static 16]);

#endif
