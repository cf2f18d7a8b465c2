/* base/map.h - a hash map from text to pointers, in an arena.
 *
 * Keys are hashed with SipHash-1-3 under the seed given at creation, so that a peer who chooses keys cannot make
 * them collide. The map borrows keys; values are whatever the caller says. Entries are never removed one by one:
 * set the value to null. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map;

struct map_seed {
	uint64_t k0, k1;
};

/* Null when the budget is spent. */
NONNULL MUST_USE struct map *map_new(struct arena *arena, struct map_seed seed);
/* Null when absent. */
NONNULL void *map_get(const struct map *map, str key);
/* False when the budget is spent. Replaces an existing value. */
NONNULL MUST_USE bool map_set(struct map *map, str key, void *value);
NONNULL size_t map_count(const struct map *map);

/* SipHash-1-3 of octets. */
uint64_t siphash(struct map_seed seed, bytes data);

#endif
