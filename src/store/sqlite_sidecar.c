#include "store/sqlite_sidecar.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "host/fault.h"
#include "host/file.h"
#include "host/random.h"
#include "store/sqlite_page_cipher.h"

enum { SEALED_BYTES = 76, NONCE_AT = 76, MAC_AT = 88 };

err sidecar_parse(bytes raw, const struct purpose_key *key, struct sidecar *out)
{
	struct reader r = reader_of(raw);
	struct sidecar s = { 0 };
	uint8_t nothing = 0;

	if (raw.len != SIDECAR_BYTES)
		FAIL(ERR_CORRUPT, "the sidecar has another length");
	if (failed(aead_open(key->k, raw.at + NONCE_AT, bytes_slice(raw, 0, SEALED_BYTES), bytes_of(&nothing, 0), raw.at + MAC_AT,
			     &nothing)))
		FAIL(ERR_CORRUPT, "the sidecar does not authenticate");
	bytes magic = read_bytes(&r, 4);
	uint16_t format = read_u16(&r);
	s.state = (enum sidecar_state)read_u8(&r);
	uint8_t zero = read_u8(&r);
	read_into(&r, s.database_id.b, 16);
	uint32_t page_bytes = read_u32(&r);
	s.key_version = read_u32(&r);
	s.anchor.change_counter = read_u64(&r);
	s.anchor.page_count = read_u32(&r);
	read_into(&r, s.anchor.wal_salts, 8);
	read_into(&r, s.anchor.page1_tag, 16);
	s.anchor.time_ms = (int64_t)read_u64(&r);
	if (!bytes_equal(magic, bytes_of("BWKS", 4)) || format != 1 || zero != 0 || page_bytes != PAGE_BYTES ||
	    (s.state != SIDECAR_CREATING && s.state != SIDECAR_READY))
		FAIL(ERR_CORRUPT, "the sidecar is of another format");
	*out = s;
	return OK;
}

err sidecar_format(const struct sidecar *s, const struct purpose_key *key, uint8_t out[static SIDECAR_BYTES])
{
	struct buffer b;
	uint8_t nothing = 0;

	buffer_init(&b, SIDECAR_BYTES);
	buffer_append(&b, bytes_of("BWKS", 4));
	write_u16(&b, 1);
	write_u8(&b, (uint8_t)s->state);
	write_u8(&b, 0);
	buffer_append(&b, bytes_of(s->database_id.b, 16));
	write_u32(&b, PAGE_BYTES);
	write_u32(&b, s->key_version);
	write_u64(&b, s->anchor.change_counter);
	write_u32(&b, s->anchor.page_count);
	buffer_append(&b, bytes_of(s->anchor.wal_salts, 8));
	buffer_append(&b, bytes_of(s->anchor.page1_tag, 16));
	write_u64(&b, (uint64_t)s->anchor.time_ms);
	bool whole = !b.failed && b.len == SEALED_BYTES;
	if (whole)
		memcpy(out, b.at, SEALED_BYTES);
	buffer_release(&b);
	if (!whole)
		FAIL(ERR_LIMIT, "no memory for the sidecar");
	random_bytes(out + NONCE_AT, AEAD_NONCE_BYTES);
	return aead_seal(key->k, out + NONCE_AT, bytes_of(out, SEALED_BYTES), bytes_of(&nothing, 0), &nothing, out + MAC_AT);
}

err sidecar_read(const char *path, const struct purpose_key *key, struct sidecar *out)
{
	struct arena *arena = arena_new(4096);
	bytes raw;

	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the sidecar");
	err e = file_read(path, SIDECAR_BYTES + 1, arena, &raw);
	if (err_kind_of(e) == ERR_LIMIT)
		e = ERR(ERR_CORRUPT, "the sidecar is too long");
	if (!failed(e))
		e = sidecar_parse(raw, key, out);
	arena_free(arena);
	return e;
}

err sidecar_write(const char *path, const struct purpose_key *key, const struct sidecar *s)
{
	uint8_t raw[SIDECAR_BYTES];

	TRY(sidecar_format(s, key, raw));
	FAULT("store.sidecar.before_write");
	return file_write(path, bytes_of(raw, sizeof raw), 0600);
}
