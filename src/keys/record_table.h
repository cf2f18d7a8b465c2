/* keys/record_table.h - the key store's live records in memory, found by their place: what kind of record, whose, of what.
 *
 * A hash table with chains, so that thousands of databases cost no more per request than one. A record takes only the memory
 * of its content: do not copy a whole `struct record` out of the table. */
#ifndef KEYS_RECORD_TABLE_H
#define KEYS_RECORD_TABLE_H

#include "base/map.h"
#include "keys/key_record.h"

/* Where a record belongs. Several may share a place: the versions of a key, the signing keys of a tenant. */
struct record_place {
	enum record_kind kind;
	enum key_kind key_kind;        /* RECORD_KEY only; else 0                                    */
	struct uuid tenant, database;  /* keys: both. Tenant: tenant. Anchor, checkpoint: database   */
};

struct kept_record;

struct record_table {
	struct map_seed seed;
	struct kept_record **all;      /* in the order of their first arrival */
	struct kept_record **chains;   /* by hash of the place; a power of two */
	size_t count, capacity, chain_count;
};

NONNULL void record_table_init(struct record_table *table, struct map_seed seed);
NONNULL void record_table_release(struct record_table *table);
/* Copies it in, in the place of an earlier record of the same subject: *out_replaced. ERR_LIMIT. */
MUST_USE NONNULL err record_table_put(struct record_table *table, const struct record *record, bool *out_replaced);
NONNULL const struct record *record_table_at(const struct record_table *table, size_t index);

NONNULL struct record_place record_place_of(const struct record *record);
/* The records of a place, one after the other, in no order; `after` null for the first. Null when there is none (left).
 * Borrowed until the next put. */
const struct record *record_table_find(const struct record_table *table, const struct record_place *place,
				       const struct record *after);

#endif
