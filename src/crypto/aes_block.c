#include "crypto/aes_block.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct aes_block {
	EVP_CIPHER_CTX *encrypt, *decrypt;
};

static EVP_CIPHER_CTX *context_new(const uint8_t *key, int encrypt)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (!cipher || !c || EVP_CipherInit_ex2(c, cipher, key, NULL, encrypt, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c, 0) != 1) {
		EVP_CIPHER_CTX_free(c);
		c = NULL;
	}
	EVP_CIPHER_free(cipher);
	return c;
}

err aes_block_new(const uint8_t key[static 32], struct aes_block **out)
{
	struct aes_block *a = calloc(1, sizeof *a);

	if (!a)
		FAIL(ERR_LIMIT, "no memory for a block cipher");
	a->encrypt = context_new(key, 1);
	a->decrypt = context_new(key, 0);
	if (!a->encrypt || !a->decrypt) {
		aes_block_free(a);
		FAIL(ERR_INTERNAL, "AES-256 is not available");
	}
	*out = a;
	return OK;
}

void aes_block_free(struct aes_block *a)
{
	if (!a)
		return;
	EVP_CIPHER_CTX_free(a->encrypt);
	EVP_CIPHER_CTX_free(a->decrypt);
	free(a);
}

static err block(EVP_CIPHER_CTX *c, const uint8_t *in, uint8_t *out)
{
	int n = 0;

	if (EVP_CipherUpdate(c, out, &n, in, 16) != 1 || n != 16)
		FAIL(ERR_INTERNAL, "AES-256 refuses a block");
	return OK;
}

err aes_block_encrypt(struct aes_block *a, const uint8_t in[static 16], uint8_t out[static 16])
{
	return block(a->encrypt, in, out);
}

err aes_block_decrypt(struct aes_block *a, const uint8_t in[static 16], uint8_t out[static 16])
{
	return block(a->decrypt, in, out);
}
