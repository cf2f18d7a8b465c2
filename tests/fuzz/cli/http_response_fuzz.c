/* Whatever the octets, a response is whole and within its bounds, or refused; and a beginning of a whole one never reads
 * as another whole one. */
#include <stdlib.h>

#include "cli/http_response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct http_response whole, part;
	bool complete, part_complete;
	if (!arena)
		return 0;
	if (!failed(http_response_parse(bytes_of(data, size), arena, &whole, &complete)) && complete) {
		if (whole.status < 200 || whole.status > 599 || whole.raw_used > size || whole.body.len > size)
			abort();
		err e = http_response_parse(bytes_of(data, whole.raw_used - 1), arena, &part, &part_complete);
		if (failed(e) || part_complete)
			abort();
	}
	arena_free(arena);
	return 0;
}
