/* Whatever the octets, $expand is items within their bounds, each written in the text as it is told, or 400. */
#include <stdlib.h>

#include "data/odata_expand.h"

static void inside(str text, str part)
{
	if (part.len && (part.at < text.at || part.at + part.len > text.at + text.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	struct problem problem = { 0 };
	struct expand_item *items;
	size_t count;
	str text = { (const char *)data, size };
	if (!arena)
		return 0;
	err e = odata_expand_parse(text, arena, &problem, &items, &count);
	if (failed(e) ? problem.status != 400 : count == 0 || count > EXPAND_ITEMS_MAX)
		abort();
	for (size_t i = 0; !failed(e) && i < count; i++) {
		if (items[i].name.len == 0 || items[i].option_count > EXPAND_OPTIONS_MAX)
			abort();
		inside(text, items[i].name);
		inside(text, items[i].expand);
		for (size_t k = 0; k < items[i].option_count; k++) {
			inside(text, items[i].options[k].name);
			inside(text, items[i].options[k].value);
			if (items[i].options[k].value.len == 0 || items[i].options[k].name.at[0] != '$')
				abort();
		}
	}
	arena_free(arena);
	return 0;
}
