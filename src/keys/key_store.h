/* keys/key_store.h - the keeper's file: an append-only list of sealed records, compacted now and then.
 *
 * DIR/keys/keys.store, big-endian:
 *   header  "BWKS" · u8 version=1 · u8[16] file id · u16 length · the epoch key, wrapped by the root (key_wrap.h)
 *   record  u32 length from the nonce on · u32 its complement · u8[12] nonce · cipher · u8[16] tag
 * Record n is sealed by AES-256-GCM under the epoch key with "bwks1" || file id || u64 n as associated data: none can be
 * altered, moved or taken out of the middle. A last record that is torn (power cut during an append) was never
 * acknowledged: it is cut off, and kept in keys.store.cut. The complement tells an altered length from a torn record, so
 * that a damaged octet in the middle is ERR_CORRUPT and does not cost what follows it. Compaction writes a whole new file,
 * with a new file id, beside it and renames.
 *
 * Every append is durable when it returns. */
#ifndef KEYS_KEY_STORE_H
#define KEYS_KEY_STORE_H

#include "keys/record_table.h"

struct key_store;

/* Makes a new, empty store. ERR_CONFLICT when there is one. */
MUST_USE NONNULL err key_store_create(const char *path, const struct wrapping_key *root);
/* Reads everything. ERR_DENIED when the root does not open it, ERR_CORRUPT when a record other than a torn last one does not
 * authenticate. */
MUST_USE NONNULL err key_store_open(const char *path, const struct wrapping_key *root, struct key_store **out);
void key_store_close(struct key_store *store);

/* Appends (or replaces the earlier record of the same subject). ERR_FULL: nothing has changed. */
MUST_USE NONNULL err key_store_put(struct key_store *store, const struct record *record);

/* As put, for a secret that shall be gone: the whole file is written anew, without what this replaces. */
MUST_USE NONNULL err key_store_replace(struct key_store *store, const struct record *record);

/* The live records, in no order, for `index` from 0; null past the end. Borrowed until the next put. */
NONNULL const struct record *key_store_at(const struct key_store *store, size_t index);
/* Those of a place, one after the other (record_table.h). */
const struct record *key_store_find(const struct key_store *store, const struct record_place *place, const struct record *after);
/* The epoch key's id and the key itself wrap the tenants' KEKs. */
NONNULL const struct wrapping_key *key_store_epoch_key(const struct key_store *store);
NONNULL const struct key_meta *key_store_epoch_meta(const struct key_store *store);

#endif
