/* keys/key_record.h - what the key store holds: one record per fact, encoded for its file.
 *
 * A record replaces an earlier one of the same kind and identity. Secrets in records are wrapped (key_wrap.h); the whole
 * record is sealed once more by the store. */
#ifndef KEYS_KEY_RECORD_H
#define KEYS_KEY_RECORD_H

#include "base/buffer.h"
#include "ipc/keeper_limits.h"
#include "keys/client.h"
#include "keys/key_wrap.h"

enum record_kind {
	RECORD_KEY = 1,    /* a key of any kind, wrapped                     */
	RECORD_TENANT,     /* issuer of a tenant's tokens                    */
	RECORD_ANCHOR,     /* freshness anchor of a database                 */
	RECORD_CHECKPOINT, /* last (size, root) signed for a log             */
};

enum { WRAPPED_BYTES_MAX = 2048 };

struct key_record {
	struct key_meta meta; /* a retired signing key's `wrapped` is its bare public half, a destroyed one's is empty */
	uint16_t wrapped_len;
	uint8_t wrapped[WRAPPED_BYTES_MAX];
};
struct tenant_record {
	struct uuid tenant;
	uint16_t issuer_len;
	char issuer[ISSUER_BYTES_MAX];
};
struct anchor_record {
	struct uuid database;
	struct database_anchor anchor;
};
struct checkpoint_record {
	struct uuid log_id;
	uint64_t size;
	uint8_t root[32];
};

struct record {
	enum record_kind kind;
	union {
		struct key_record key;
		struct tenant_record tenant;
		struct anchor_record anchor;
		struct checkpoint_record checkpoint;
	};
};

enum { RECORD_BYTES_MAX = 4096 };

NONNULL void record_encode(struct buffer *b, const struct record *record);
/* Strict: known kinds and states, lengths within bounds, nothing left over. ERR_CORRUPT. */
MUST_USE NONNULL err record_decode(bytes raw, struct record *out);
/* Same kind and identity: the later one replaces the earlier. */
NONNULL bool record_same_subject(const struct record *a, const struct record *b);

#endif
