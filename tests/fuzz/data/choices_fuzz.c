/* Whatever is read as choices reads the same again, and its numbers ascend. */
#include <stdlib.h>

#include "data/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct value once, twice;
	if (!arena)
		return 0;
	if (choices_parse((str){ (const char *)data, size }, arena, &once) && once.kind == VALUE_TEXT) {
		str item, rest = once.text;
		int64_t last = INT64_MIN, n;
		if (!choices_parse(once.text, arena, &twice) || !value_equal(&once, &twice))
			abort();
		while (str_split(&rest, ',', &item)) {
			if (!str_to_i64(item, &n) || n <= last)
				abort();
			last = n;
		}
	}
	arena_free(arena);
	return 0;
}
