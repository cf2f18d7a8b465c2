/* No octets but those that were sealed here open as a cursor; and the Prefer header takes anything. */
#include <stdlib.h>

#include "data/cursor.h"
#include "data/prefer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct purpose_key secret = { { 42 } };
	struct arena *arena = arena_new(4 << 20);
	struct cursor_place place = { "$skiptoken", &secret, { { 1 } }, S("q") };
	struct problem problem = { 0 };
	struct prefer prefer = { 0 };
	struct cursor c;
	if (!arena)
		return 0;
	if (!failed(cursor_open(&place, (str){ (const char *)data, size }, arena, &problem, &c)))
		abort();
	prefer_parse((str){ (const char *)data, size }, &prefer);
	if (prefer.page_size_max < 0 || prefer.page_size_max > 5000)
		abort();
	arena_free(arena);
	return 0;
}
