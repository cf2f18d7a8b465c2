/* Whatever an @odata.bind or @odata.id says, a reference is one name and one key that stand in the text; nothing else is one. */
#include <stdlib.h>

#include "data/odata_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct path_segment s;
	str text = { (const char *)data, size };
	if (!arena)
		return 0;
	if (odata_reference_parse(text, arena, &s)) {
		if (s.name.len == 0 || s.argument_count == 0 || size > PATH_LEN_MAX)
			abort();
		if (str_find_char(s.name, '/', 0) != SIZE_MAX || str_find(text, s.name, 0) == SIZE_MAX)
			abort();
		for (size_t i = 0; i < s.argument_count; i++)
			if (s.argument[i].value.len > size)
				abort();
	}
	arena_free(arena);
	return 0;
}
