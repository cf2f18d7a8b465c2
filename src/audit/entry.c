#include "audit/entry.h"

#include "audit/client.h"
#include "codec/reader.h"
#include "codec/writer.h"

enum { ENTRY_VERSION = 1 };

static uint8_t *put(uint8_t *at, const void *from, size_t len)
{
	memcpy(at, from, len);
	return at + len;
}

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(value >> shift);
	return at;
}

void entry_encode(const struct entry *entry, uint8_t out[static ENTRY_BYTES])
{
	uint8_t *at = out;
	*at++ = ENTRY_VERSION;
	at = put_u64(at, entry->seq);
	at = put_u64(at, entry->time_ms);
	at = put(at, entry->event_id.b, 16);
	*at++ = entry->category;
	*at++ = entry->flags;
	*at++ = entry->severity;
	*at++ = 0;
	at = put(at, entry->commitment.b, SHA256_BYTES);
	at = put(at, entry->subject_key.b, 16);
	at = put(at, entry->chain.b, SHA256_BYTES);
	put(at, entry->tag, ENTRY_TAG_BYTES);
}

err entry_decode(bytes raw, struct entry *out)
{
	struct reader r = reader_of(raw);
	struct entry e = { 0 };
	uint8_t version = read_u8(&r);
	e.seq = read_u64(&r);
	e.time_ms = read_u64(&r);
	read_into(&r, e.event_id.b, 16);
	e.category = read_u8(&r);
	e.flags = read_u8(&r);
	e.severity = read_u8(&r);
	uint8_t zero = read_u8(&r);
	read_into(&r, e.commitment.b, SHA256_BYTES);
	read_into(&r, e.subject_key.b, 16);
	read_into(&r, e.chain.b, SHA256_BYTES);
	read_into(&r, e.tag, ENTRY_TAG_BYTES);
	if (!reader_is_exact(&r) || version != ENTRY_VERSION || zero != 0 || e.flags != 0)
		FAIL(ERR_INVALID, "not an entry");
	if (e.category < AUDIT_DATA || e.category > AUDIT_OPERATOR || e.severity > 6)
		FAIL(ERR_INVALID, "entry of an unknown category or severity");
	*out = e;
	return OK;
}

struct sha256 entry_commitment(const uint8_t salt[static ENTRY_SALT_BYTES], bytes body)
{
	return sha256_of_parts((bytes[]){ bytes_of("bwbody1", 7), bytes_of(salt, ENTRY_SALT_BYTES), body }, 3);
}

void entry_tag(const struct uuid *tenant, const struct uuid *environment, uint8_t out[static ENTRY_TAG_BYTES])
{
	struct sha256 digest = sha256_of_parts((bytes[]){ bytes_of("bwtag1", 6), bytes_of(tenant->b, 16),
							  bytes_of(environment->b, 16) }, 3);
	memcpy(out, digest.b, ENTRY_TAG_BYTES);
}

err bundle_parse(bytes raw, bytes out[static BUNDLE_ENTRIES], size_t *out_count)
{
	struct reader r = reader_of(raw);
	size_t count = 0;
	if (raw.len == 0 || raw.len > BUNDLE_BYTES_MAX || raw.len % BUNDLE_STEP_BYTES)
		FAIL(ERR_INVALID, "bundle of an impossible length");
	while (r.rest.len) {
		if (read_u16(&r) != ENTRY_BYTES)
			FAIL(ERR_INVALID, "bundle with an entry of another length");
		out[count++] = read_bytes(&r, ENTRY_BYTES);
	}
	*out_count = count;
	return OK;
}
