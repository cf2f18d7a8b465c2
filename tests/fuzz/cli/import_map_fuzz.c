/* Whatever the text, a map that is taken keeps its bounds and means the same when its pairs are written out. */
#include <stdlib.h>

#include "cli/import_map.h"

static void check(const struct import_map *map)
{
	if (map->count == 0 || map->count > IMPORT_MAP_PAIRS_MAX)
		abort();
	for (size_t i = 0; i < map->count; i++) {
		const struct import_pair *p = &map->pairs[i];
		if (p->column.len == 0 || p->column.len > IMPORT_NAME_BYTES_MAX || (p->target == IMPORT_LOOKUP) != (p->entity_set.len > 0))
			abort();
		if (!p->constant && (p->source.len == 0 || p->source.len > IMPORT_NAME_BYTES_MAX))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	struct import_map *map = arena ? NEW(arena, struct import_map) : NULL;
	size_t at = 0;
	if (!map)
		abort();
	err e = import_map_parse(str_of_bytes(bytes_of(data, size)), arena, map, &at);
	if (at > size)
		abort();
	if (!failed(e))
		check(map);
	arena_free(arena);
	return 0;
}
