#include "base/map.h"

struct slot {
	str key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct map_seed seed;
	size_t count, capacity; /* a power of two; at most three quarters full */
	struct slot *slots;
};

enum { CAPACITY_FIRST = 16 };

static uint64_t rotate(uint64_t v, int by)
{
	return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

uint64_t siphash(struct map_seed seed, bytes data)
{
	uint64_t v[4] = { seed.k0 ^ 0x736f6d6570736575, seed.k1 ^ 0x646f72616e646f6d,
			  seed.k0 ^ 0x6c7967656e657261, seed.k1 ^ 0x7465646279746573 };
	size_t whole = data.len / 8 * 8;
	for (size_t i = 0; i < whole; i += 8) {
		uint64_t m;
		memcpy(&m, data.at + i, 8);
		v[3] ^= m;
		sip_round(v);
		v[0] ^= m;
	}
	uint64_t last = (uint64_t)data.len << 56;
	for (size_t i = whole; i < data.len; i++)
		last |= (uint64_t)data.at[i] << (8 * (i - whole));
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map *map_new(struct arena *arena, struct map_seed seed)
{
	struct map *map = NEW(arena, struct map);
	if (!map)
		return NULL;
	map->arena = arena;
	map->seed = seed;
	map->capacity = CAPACITY_FIRST;
	map->slots = NEW_ARRAY(arena, struct slot, CAPACITY_FIRST);
	return map->slots ? map : NULL;
}

static struct slot *find(struct slot *slots, size_t capacity, str key, uint64_t hash)
{
	size_t i = hash & (capacity - 1);
	while (slots[i].key.at && (slots[i].hash != hash || !str_equal(slots[i].key, key)))
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

void *map_get(const struct map *map, str key)
{
	return find(map->slots, map->capacity, key, siphash(map->seed, bytes_of_str(key)))->value;
}

static bool grow(struct map *map)
{
	struct slot *slots = NEW_ARRAY(map->arena, struct slot, map->capacity * 2);
	if (!slots)
		return false;
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].key.at)
			*find(slots, map->capacity * 2, map->slots[i].key, map->slots[i].hash) =
				map->slots[i];
	map->slots = slots;
	map->capacity *= 2;
	return true;
}

bool map_set(struct map *map, str key, void *value)
{
	uint64_t hash = siphash(map->seed, bytes_of_str(key));
	if (!key.at)
		key = S("");
	if ((map->count + 1) * 4 > map->capacity * 3 && !grow(map))
		return false;
	struct slot *slot = find(map->slots, map->capacity, key, hash);
	if (!slot->key.at)
		map->count++;
	*slot = (struct slot){ key, value, hash };
	return true;
}

size_t map_count(const struct map *map)
{
	return map->count;
}
