#include "keys/key_wrap.h"

#include "codec/writer.h"
#include "host/random.h"

void wrapping_key_wipe(struct wrapping_key *key)
{
	explicit_bzero(key, sizeof *key);
}

/* "bwkw1" || kid || version || kind || tenant || database || wrapping kid || wrapping version */
static void write_associated(struct buffer *b, const struct key_meta *meta)
{
	buffer_append_str(b, S("bwkw1"));
	buffer_append(b, bytes_of(meta->id.b, 16));
	write_u32(b, meta->version);
	write_u8(b, (uint8_t)meta->kind);
	buffer_append(b, bytes_of(meta->tenant.b, 16));
	buffer_append(b, bytes_of(meta->database.b, 16));
	buffer_append(b, bytes_of(meta->wrapping_id.b, 16));
	write_u32(b, meta->wrapping_version);
}

err key_wrap(const struct wrapping_key *by, const struct key_meta *meta, bytes plain, uint8_t *out)
{
	SCOPED(buffer) aad = { 0 };
	buffer_init(&aad, 256);
	write_associated(&aad, meta);
	if (aad.failed)
		FAIL(ERR_LIMIT, "no memory to wrap a key");
	random_bytes(out, AEAD_NONCE_BYTES);
	return aead_seal(by->k, out, buffer_bytes(&aad), plain, out + AEAD_NONCE_BYTES, out + AEAD_NONCE_BYTES + plain.len);
}

err key_unwrap(const struct wrapping_key *by, const struct key_meta *meta, bytes wrapped, uint8_t *out)
{
	SCOPED(buffer) aad = { 0 };
	buffer_init(&aad, 256);
	write_associated(&aad, meta);
	if (aad.failed)
		FAIL(ERR_LIMIT, "no memory to unwrap a key");
	if (wrapped.len < WRAPPED_OVERHEAD)
		FAIL(ERR_CORRUPT, "wrapped key shorter than its frame");
	bytes cipher = bytes_slice(wrapped, AEAD_NONCE_BYTES, wrapped.len - AEAD_TAG_BYTES);
	if (failed(aead_open(by->k, wrapped.at, buffer_bytes(&aad), cipher, wrapped.at + wrapped.len - AEAD_TAG_BYTES, out)))
		FAIL(ERR_CORRUPT, "wrapped key that does not open: moved, altered or another's");
	return OK;
}

bool key_state_may_become(enum key_state from, enum key_state to)
{
	static const uint8_t next[KEY_STATE_COUNT] = {
		[KEY_PREACTIVE] = 1 << KEY_ACTIVE,
		[KEY_ACTIVE] = 1 << KEY_RETIRED,
		[KEY_RETIRED] = 1 << KEY_SUSPENDED,
		[KEY_SUSPENDED] = 1 << KEY_DESTROYED | 1 << KEY_ACTIVE,
	};
	return from > 0 && from < KEY_STATE_COUNT && to > 0 && to < KEY_STATE_COUNT && (next[from] & 1 << to);
}
