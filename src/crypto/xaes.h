/* crypto/xaes.h - XAES-256-GCM: AES-256-GCM with a 192-bit nonce. Source: C2SP XAES-256-GCM (every part is approved:
 * SP 800-108 counter KDF over CMAC-AES-256, then SP 800-38D).
 *
 * nonce = N1 (12 octets, selects a subkey) || IV (12 octets, AES-GCM's nonce). Subkeys are cached, least recently used
 * out, so that a caller who keeps N1 for a session (store/sqlite_page_cipher.h) pays AES-GCM and nothing else.
 *
 * Errors as crypto/aead.h. Not for several threads at once. */
#ifndef CRYPTO_XAES_H
#define CRYPTO_XAES_H

#include "crypto/aead.h"

enum { XAES_NONCE_BYTES = 24, XAES_N1_BYTES = 12, XAES_SUBKEYS_MAX = 1024 };

struct xaes;
MUST_USE NONNULL err xaes_new(const uint8_t key[static AEAD_KEY_BYTES], struct xaes **out);
/* Wipes. Accepts null. */
void xaes_free(struct xaes *x);
MUST_USE NONNULL err xaes_seal(struct xaes *x, const uint8_t nonce[static XAES_NONCE_BYTES], bytes aad, bytes plain,
			       uint8_t *out_cipher, uint8_t out_tag[static AEAD_TAG_BYTES]);
/* On failure out_plain is zeroed. */
MUST_USE NONNULL err xaes_open(struct xaes *x, const uint8_t nonce[static XAES_NONCE_BYTES], bytes aad, bytes cipher,
			       const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain);

#endif
