/* Whatever the octets, a path is segments within their bounds, or 404. */
#include <stdlib.h>

#include "data/odata_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	struct problem problem = { 0 };
	struct odata_path path;
	if (!arena)
		return 0;
	err e = odata_path_parse((str){ (const char *)data, size }, arena, &problem, &path);
	if (failed(e) ? problem.status != 404 : path.count > PATH_SEGMENTS_MAX)
		abort();
	for (size_t i = 0; !failed(e) && i < path.count; i++)
		if (path.segment[i].name.len == 0 || path.segment[i].argument_count > PATH_ARGUMENTS_MAX)
			abort();
	arena_free(arena);
	return 0;
}
