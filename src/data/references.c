#include "data/references.h"

str references_resolve(const struct references *refs, str text, struct arena *arena)
{
	if (!refs || !text.len || text.at[0] != '$')
		return text;
	size_t slash = str_find_char(text, '/', 0), end = slash == SIZE_MAX ? text.len : slash, query = str_find_char(text, '?', 0);
	end = query < end ? query : end;
	for (size_t i = 0; i < refs->count; i++)
		if (str_equal(refs->items[i].id, str_slice(text, 1, end)))
			return str_join(arena, refs->items[i].path, str_from(text, end));
	return text;
}
