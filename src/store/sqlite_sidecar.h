/* store/sqlite_sidecar.h - PATH.bwk, the boot record beside a database. Section 6, rules 9 and 14.
 *
 *   0  "BWKS"            4  format u16 = 1      6  state u8        7  zero
 *   8  database id 16   24  page size u32      28  key version u32 (which seals now)
 *  32  change counter u64   40  page count u32   44  log salts 8   52  tag of page 1, 16   68  time u64, ms
 *  76  nonce 12         88  MAC 16 = AES-256-GMAC of 0..75 under the anchor key      (integers big-endian; 104 octets)
 *
 * Written by temporary name, fsync, rename. Wrapped keys are the keeper's and not here. Without its sidecar a database is
 * not opened: the sidecar is part of every backup.
 *
 * The anchor says from where the database may only go forward. Its change counter is epoch * 4 + phase: the epoch stands
 * in page 1 (user_version) and grows before each checkpoint; phases within one: CHECKPOINTED, then a new log is about to
 * begin with these salts, then that log is durable. */
#ifndef STORE_SQLITE_SIDECAR_H
#define STORE_SQLITE_SIDECAR_H

#include "keys/client.h"

enum { SIDECAR_BYTES = 104 };
enum sidecar_state { SIDECAR_CREATING = 1, SIDECAR_READY = 2 };
enum anchor_phase { ANCHOR_CHECKPOINTED = 0, ANCHOR_LOG_STARTING = 1, ANCHOR_LOG_DURABLE = 2 };

struct sidecar {
	enum sidecar_state state;
	struct uuid database_id;
	uint32_t key_version;
	struct database_anchor anchor;
};

static inline uint32_t anchor_epoch(const struct database_anchor *a)
{
	return (uint32_t)(a->change_counter >> 2);
}

static inline enum anchor_phase anchor_phase(const struct database_anchor *a)
{
	return (enum anchor_phase)(a->change_counter & 3);
}

/* ERR_CORRUPT unless every octet is as it must be and the MAC fits. */
MUST_USE NONNULL err sidecar_parse(bytes raw, const struct purpose_key *key, struct sidecar *out);
MUST_USE NONNULL err sidecar_format(const struct sidecar *s, const struct purpose_key *key, uint8_t out[static SIDECAR_BYTES]);
/* ERR_NOT_FOUND without the file. */
MUST_USE NONNULL err sidecar_read(const char *path, const struct purpose_key *key, struct sidecar *out);
MUST_USE NONNULL err sidecar_write(const char *path, const struct purpose_key *key, const struct sidecar *s);

#endif
