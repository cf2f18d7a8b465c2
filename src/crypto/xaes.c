#include "crypto/xaes.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/aes_block.h"

enum { BUCKETS = 2048 }; /* a power of two */

/* A cached subkey, in a hash chain and in the list of recent use (0 is the list's head). */
struct subkey {
	uint8_t n1[XAES_N1_BYTES];
	struct aead *aead;
	uint16_t chain, newer, older;
};

struct xaes {
	struct aes_block *cmac;
	uint8_t cmac_k1[16];
	uint16_t count; /* subkeys 1..count are in use */
	uint16_t bucket[BUCKETS];
	struct subkey subkey[XAES_SUBKEYS_MAX + 1];
};

/* SP 800-38B 6.1: K1 = AES(0) doubled in GF(2^128). */
static err cmac_subkey(struct aes_block *aes, uint8_t k1[static 16])
{
	uint8_t l[16] = { 0 };

	TRY(aes_block_encrypt(aes, l, l));
	for (int i = 0; i < 16; i++)
		k1[i] = (uint8_t)(l[i] << 1 | (i < 15 ? l[i + 1] >> 7 : 0));
	k1[15] ^= (uint8_t)(0x87 & -(l[0] >> 7));
	explicit_bzero(l, sizeof l);
	return OK;
}

/* CMAC of the one block "counter (u16) 'X' 0 N1", for counters 1 and 2. */
static err derive(struct xaes *x, const uint8_t *n1, uint8_t out_key[static AEAD_KEY_BYTES])
{
	for (uint8_t half = 0; half < 2; half++) {
		uint8_t m[16] = { 0, (uint8_t)(half + 1), 'X', 0 };
		memcpy(m + 4, n1, XAES_N1_BYTES);
		for (int i = 0; i < 16; i++)
			m[i] ^= x->cmac_k1[i];
		TRY(aes_block_encrypt(x->cmac, m, out_key + 16 * half));
	}
	return OK;
}

static size_t bucket_of(const uint8_t *n1)
{
	uint32_t word; /* N1 is random, or authenticated before anyone profits from a collision */
	memcpy(&word, n1, sizeof word);
	return word & (BUCKETS - 1);
}

static void list_remove(struct xaes *x, uint16_t i)
{
	struct subkey *s = &x->subkey[i];
	x->subkey[s->newer].older = s->older;
	x->subkey[s->older].newer = s->newer;
}

static void list_push(struct xaes *x, uint16_t i)
{
	struct subkey *head = &x->subkey[0], *s = &x->subkey[i];
	s->older = head->older;
	s->newer = 0;
	x->subkey[head->older].newer = i;
	head->older = i;
}

static void chain_remove(struct xaes *x, uint16_t i)
{
	uint16_t *link = &x->bucket[bucket_of(x->subkey[i].n1)];
	while (*link && *link != i)
		link = &x->subkey[*link].chain;
	if (*link)
		*link = x->subkey[i].chain;
}

/* A free slot, or the one unused for longest. It is in no chain and no list. */
static uint16_t slot_take(struct xaes *x)
{
	if (x->count < XAES_SUBKEYS_MAX)
		return ++x->count;
	uint16_t oldest = x->subkey[0].newer;
	list_remove(x, oldest);
	chain_remove(x, oldest);
	return oldest;
}

static err subkey_add(struct xaes *x, const uint8_t *n1, struct aead **out)
{
	uint8_t key[AEAD_KEY_BYTES];
	struct aead *fresh = NULL;

	err e = derive(x, n1, key);
	if (!failed(e))
		e = aead_new(key, &fresh);
	explicit_bzero(key, sizeof key);
	TRY(e);
	uint16_t i = slot_take(x);
	struct subkey *s = &x->subkey[i];
	aead_free(s->aead);
	s->aead = fresh;
	memcpy(s->n1, n1, XAES_N1_BYTES);
	s->chain = x->bucket[bucket_of(n1)];
	x->bucket[bucket_of(n1)] = i;
	list_push(x, i);
	*out = fresh;
	return OK;
}

static err subkey_for(struct xaes *x, const uint8_t *n1, struct aead **out)
{
	for (uint16_t i = x->bucket[bucket_of(n1)]; i; i = x->subkey[i].chain) {
		if (memcmp(x->subkey[i].n1, n1, XAES_N1_BYTES) != 0)
			continue;
		if (x->subkey[0].older != i) {
			list_remove(x, i);
			list_push(x, i);
		}
		*out = x->subkey[i].aead;
		return OK;
	}
	return subkey_add(x, n1, out);
}

err xaes_new(const uint8_t key[static AEAD_KEY_BYTES], struct xaes **out)
{
	struct xaes *x = calloc(1, sizeof *x);

	if (!x)
		FAIL(ERR_LIMIT, "no memory for a cipher");
	err e = aes_block_new(key, &x->cmac);
	if (!failed(e))
		e = cmac_subkey(x->cmac, x->cmac_k1);
	if (failed(e)) {
		xaes_free(x);
		return e;
	}
	*out = x;
	return OK;
}

void xaes_free(struct xaes *x)
{
	if (!x)
		return;
	for (size_t i = 1; i <= x->count; i++)
		aead_free(x->subkey[i].aead);
	aes_block_free(x->cmac);
	explicit_bzero(x, sizeof *x);
	free(x);
}

err xaes_seal(struct xaes *x, const uint8_t nonce[static XAES_NONCE_BYTES], bytes aad, bytes plain, uint8_t *out_cipher,
	      uint8_t out_tag[static AEAD_TAG_BYTES])
{
	struct aead *a;

	TRY(subkey_for(x, nonce, &a));
	return aead_seal_with(a, nonce + XAES_N1_BYTES, aad, plain, out_cipher, out_tag);
}

err xaes_open(struct xaes *x, const uint8_t nonce[static XAES_NONCE_BYTES], bytes aad, bytes cipher,
	      const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *out_plain)
{
	struct aead *a;

	TRY(subkey_for(x, nonce, &a));
	return aead_open_with(a, nonce + XAES_N1_BYTES, aad, cipher, tag, out_plain);
}
