#include "store/sqlite_wal_cipher.h"

#include <stdlib.h>

#include "crypto/aes_block.h"

struct wal_cipher {
	size_t count;
	uint32_t version[DATABASE_KEY_VERSIONS_MAX];
	struct aes_block *aes[DATABASE_KEY_VERSIONS_MAX];
};

err wal_cipher_new(const struct database_keys *keys, struct wal_cipher **out)
{
	struct wal_cipher *c = calloc(1, sizeof *c);

	if (!c)
		FAIL(ERR_LIMIT, "no memory for the log cipher");
	for (; c->count < keys->version_count; c->count++) {
		err e = aes_block_new(keys->wal_header[c->count].k, &c->aes[c->count]);
		if (failed(e)) {
			wal_cipher_free(c);
			return e;
		}
		c->version[c->count] = keys->versions[c->count];
	}
	*out = c;
	return OK;
}

void wal_cipher_free(struct wal_cipher *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		aes_block_free(c->aes[i]);
	free(c);
}

err wal_header_seal(struct wal_cipher *c, const uint8_t *plain, uint8_t *out_raw)
{
	memcpy(out_raw, plain, 8);
	return aes_block_encrypt(c->aes[c->count - 1], plain + 8, out_raw + 8);
}

err wal_header_open(struct wal_cipher *c, const uint8_t *raw_frame, uint8_t *out_plain)
{
	const uint8_t *v = raw_frame + FRAME_HEADER_BYTES + PAGE_KEYVER_AT;
	uint32_t version = v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
	size_t i = c->count - 1; /* a torn frame names no key of ours: any will do, since its page does not authenticate */

	for (size_t k = 0; k < c->count; k++)
		if (c->version[k] == version)
			i = k;
	memmove(out_plain, raw_frame, 8);
	return aes_block_decrypt(c->aes[i], raw_frame + 8, out_plain + 8);
}

static uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct page_place wal_place(const uint8_t *frame_header, uint32_t frame, const uint8_t salts[static 8])
{
	struct page_place place = { .in_log = true, .pgno = get_be32(frame_header), .frame = frame,
				    .truncate = get_be32(frame_header + 4) };
	memcpy(place.salts, salts, sizeof place.salts);
	return place;
}
