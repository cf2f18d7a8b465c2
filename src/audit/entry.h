/* audit/entry.h - one leaf of a log: fixed size, without personal data, so that the tree outlives the erasure of bodies.
 *
 * Source: audit-and-trust 4.3. Byte map, integers big-endian:
 *     0   1  0x01
 *     1   8  seq
 *     9   8  time_ms: the recorder's clock, never less than the entry before has
 *    17  16  event id
 *    33   1  category
 *    34   1  flags (none yet: 0)
 *    35   1  severity
 *    36   1  zero
 *    37  32  body commitment: SHA-256("bwbody1" || salt 32 || canonical body)
 *    69  16  subject key id; zero: none
 *    85  32  chain: SHA-256 of the entry before; zero for seq 0
 *   117  20  tag: first 20 octets of SHA-256("bwtag1" || tenant 16 || environment 16)
 * Bundles (tile/entries/N) hold up to 256 entries, each behind its length as u16. */
#ifndef AUDIT_ENTRY_H
#define AUDIT_ENTRY_H

#include "base/err.h"
#include "base/uuid.h"
#include "crypto/hash.h"

enum { ENTRY_BYTES = 137, ENTRY_SALT_BYTES = 32, ENTRY_TAG_BYTES = 20, BUNDLE_ENTRIES = 256,
       BUNDLE_STEP_BYTES = 2 + ENTRY_BYTES, BUNDLE_BYTES_MAX = BUNDLE_ENTRIES * BUNDLE_STEP_BYTES };

struct entry {
	uint64_t seq, time_ms;
	struct uuid event_id;
	uint8_t category, flags, severity;
	struct sha256 commitment;
	struct uuid subject_key;
	struct sha256 chain;
	uint8_t tag[ENTRY_TAG_BYTES];
};

NONNULL void entry_encode(const struct entry *entry, uint8_t out[static ENTRY_BYTES]);
MUST_USE NONNULL err entry_decode(bytes raw, struct entry *out);
struct sha256 entry_commitment(const uint8_t salt[static ENTRY_SALT_BYTES], bytes body);
NONNULL void entry_tag(const struct uuid *tenant, const struct uuid *environment, uint8_t out[static ENTRY_TAG_BYTES]);

/* Views of a bundle's entries. ERR_INVALID when it is empty, torn, or holds an entry of another length or too many. */
MUST_USE NONNULL err bundle_parse(bytes raw, bytes out[static BUNDLE_ENTRIES], size_t *out_count);

#endif
