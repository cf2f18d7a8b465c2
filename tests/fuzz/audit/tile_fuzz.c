/* Exactly one text names a tile. */
#include <stdlib.h>

#include "audit/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tile_name name;
	str raw = { (const char *)data, size };
	if (!failed(tile_name_parse(raw, &name))) {
		struct buffer again;
		buffer_init(&again, 256);
		tile_name_write(&again, &name);
		if (!str_equal(buffer_str(&again), raw))
			abort();
		buffer_release(&again);
	}
	return 0;
}
