#include "edge/source_table.h"

#include <stdlib.h>

/* Open addressing, linear probing, at most half full; deletion shifts back, so there are no tombstones. A slot is keyed by
 * the 64-bit keyed hash itself: two sources that share one share a limit, which is harmless and cannot be aimed at. */
struct source_slot {
	uint64_t hash;
	uint32_t count; /* 0: free */
};

struct source_table {
	struct map_seed seed;
	uint32_t mask, used;
	struct source_slot slots[];
};

struct source_table *source_table_new(uint32_t connections_max, struct map_seed seed)
{
	uint32_t capacity = 64;
	while (capacity < connections_max * 2u && capacity < 1u << 24)
		capacity *= 2;
	struct source_table *t = calloc(1, sizeof *t + capacity * sizeof(struct source_slot));
	if (!t)
		return NULL;
	t->seed = seed;
	t->mask = capacity - 1;
	return t;
}

void source_table_free(struct source_table *t)
{
	free(t);
}

uint64_t source_hash(const struct source_table *t, const uint8_t address[static 16])
{
	static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = memcmp(address, v4_prefix, sizeof v4_prefix) == 0;
	return siphash(t->seed, bytes_of(address, v4 ? 16 : 8));
}

static uint32_t slot_of(const struct source_table *t, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & t->mask;
	while (t->slots[i].count && t->slots[i].hash != hash)
		i = (i + 1) & t->mask;
	return i;
}

uint32_t source_table_add(struct source_table *t, uint64_t hash)
{
	uint32_t i = slot_of(t, hash);
	if (t->slots[i].count == 0) {
		if (t->used > t->mask / 2)
			return 0;
		t->used++;
		t->slots[i].hash = hash;
	}
	return ++t->slots[i].count;
}

void source_table_remove(struct source_table *t, uint64_t hash)
{
	uint32_t hole = slot_of(t, hash);
	if (t->slots[hole].count == 0)
		return;
	t->slots[hole].count--;
	if (t->slots[hole].count > 0)
		return;
	t->used--;
	for (uint32_t i = (hole + 1) & t->mask; t->slots[i].count; i = (i + 1) & t->mask) {
		uint32_t home = (uint32_t)t->slots[i].hash & t->mask;
		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->slots[hole] = t->slots[i];
		t->slots[i].count = 0;
		hole = i;
	}
}
