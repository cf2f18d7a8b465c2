/* edge/source_table.h - how many connections each source holds: an IPv4 address or an IPv6 /64; and how many requests that
 * it has left behind in workers. Fixed capacity. */
#ifndef EDGE_SOURCE_TABLE_H
#define EDGE_SOURCE_TABLE_H

#include "base/map.h"

struct source_table;

/* For at most `connections_max` connections at once. */
MUST_USE struct source_table *source_table_new(uint32_t connections_max, struct map_seed seed);
void source_table_free(struct source_table *table);
/* Keyed hash of the source that the address (v4 mapped) belongs to. */
NONNULL uint64_t source_hash(const struct source_table *table, const uint8_t address[static 16]);
/* Counts one more and returns the new number; 0 when the table is full. */
NONNULL uint32_t source_table_add(struct source_table *table, uint64_t hash);
NONNULL void source_table_remove(struct source_table *table, uint64_t hash);

#endif
