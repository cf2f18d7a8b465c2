#include "crypto/aead.h"

#include <limits.h>
#include <openssl/evp.h>

/* The cipher context stands behind this name; nothing else is needed. */
static EVP_CIPHER_CTX *context_of(struct aead *a)
{
	return (EVP_CIPHER_CTX *)(void *)a;
}

err aead_new(const uint8_t key[static AEAD_KEY_BYTES], struct aead **out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL); /* fetched once per key, not per message */
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool ready = cipher && context && EVP_CipherInit_ex2(context, cipher, key, NULL, 1, NULL) == 1;
	EVP_CIPHER_free(cipher); /* the context holds its own reference */
	if (!ready) {
		EVP_CIPHER_CTX_free(context);
		FAIL(ERR_INTERNAL, "AES-256-GCM is not available");
	}
	*out = (struct aead *)(void *)context;
	return OK;
}

void aead_free(struct aead *a)
{
	if (a)
		EVP_CIPHER_CTX_free(context_of(a)); /* the provider cleanses the key schedule */
}

err aead_set_key(struct aead *a, const uint8_t key[static AEAD_KEY_BYTES])
{
	if (EVP_CipherInit_ex2(context_of(a), NULL, key, NULL, 1, NULL) != 1)
		FAIL(ERR_INTERNAL, "AES-256-GCM refuses its key");
	return OK;
}

/* Sets the nonce (the key stays) and feeds the associated data. */
static err begin(EVP_CIPHER_CTX *c, const uint8_t *nonce, bytes aad, size_t text_len, int seal)
{
	int ignored;

	if (aad.len > INT_MAX || text_len > INT_MAX)
		FAIL(ERR_LIMIT, "message too long for one AEAD call");
	if (EVP_CipherInit_ex2(c, NULL, NULL, nonce, seal, NULL) != 1)
		FAIL(ERR_INTERNAL, "AES-256-GCM refuses its nonce");
	if (aad.len && EVP_CipherUpdate(c, NULL, &ignored, aad.at, (int)aad.len) != 1)
		FAIL(ERR_INTERNAL, "AES-256-GCM refuses its associated data");
	return OK;
}

err aead_seal_with(struct aead *a, const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes plain,
		   uint8_t *out_cipher, uint8_t out_tag[static AEAD_TAG_BYTES])
{
	EVP_CIPHER_CTX *c = context_of(a);
	uint8_t nothing[16];
	int n = 0;

	TRY(begin(c, nonce, aad, plain.len, 1));
	if ((plain.len && EVP_CipherUpdate(c, out_cipher, &n, plain.at, (int)plain.len) != 1) ||
	    EVP_CipherFinal_ex(c, nothing, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, out_tag) != 1)
		FAIL(ERR_INTERNAL, "AES-256-GCM does not seal");
	return OK;
}

err aead_open_with(struct aead *a, const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes cipher,
		   const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain)
{
	EVP_CIPHER_CTX *c = context_of(a);
	uint8_t expected[AEAD_TAG_BYTES], nothing[16];
	int n = 0;

	TRY(begin(c, nonce, aad, cipher.len, 0));
	memcpy(expected, tag, sizeof expected); /* the library's parameter is not const */
	if ((cipher.len && EVP_CipherUpdate(c, out_plain, &n, cipher.at, (int)cipher.len) != 1) ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, expected) != 1 ||
	    EVP_CipherFinal_ex(c, nothing, &n) != 1) {
		memset(out_plain, 0, cipher.len);
		FAIL(ERR_INVALID, "authentication tag does not fit");
	}
	return OK;
}

err aead_seal(const uint8_t key[static AEAD_KEY_BYTES], const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes plain,
	      uint8_t *out_cipher, uint8_t out_tag[static AEAD_TAG_BYTES])
{
	struct aead *a;

	TRY(aead_new(key, &a));
	err e = aead_seal_with(a, nonce, aad, plain, out_cipher, out_tag);
	aead_free(a);
	return e;
}

err aead_open(const uint8_t key[static AEAD_KEY_BYTES], const uint8_t nonce[static AEAD_NONCE_BYTES], bytes aad, bytes cipher,
	      const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain)
{
	struct aead *a;

	TRY(aead_new(key, &a));
	err e = aead_open_with(a, nonce, aad, cipher, tag, out_plain);
	aead_free(a);
	return e;
}
