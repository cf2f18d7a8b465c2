/* The canonical form is a fixed point; a sealed event is one JSON object again. */
#include <stdlib.h>

#include "audit/event.h"

static void check_fixed_point(const struct json *tree, struct arena *arena)
{
	struct buffer once, twice;
	const struct json *again;
	buffer_init(&once, 1 << 20);
	buffer_init(&twice, 1 << 20);
	if (failed(json_canonical(tree, &once)) || failed(json_parse(buffer_bytes(&once), JSON_LIMITS_DEFAULT, arena, &again, NULL)) ||
	    failed(json_canonical(again, &twice)) || !str_equal(buffer_str(&once), buffer_str(&twice)))
		abort();
	buffer_release(&once);
	buffer_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct uuid tenant = { { 1 } };
	struct arena *arena = arena_new(16 << 20);
	const struct json *tree;
	struct event_facts facts;
	bytes body;
	if (size < 4000 && !failed(json_parse(bytes_of(data, size), JSON_LIMITS_DEFAULT, arena, &tree, NULL)))
		check_fixed_point(tree, arena);
	if (!failed(event_parse(bytes_of(data, size), arena, &tree, &facts))) {
		struct event_place place = { S("o"), 1, { 0 }, &tenant, &tenant };
		if (!failed(event_seal(tree, &place, arena, &body)) &&
		    failed(json_parse(body, JSON_LIMITS_DEFAULT, arena, &tree, NULL)))
			abort();
	}
	arena_free(arena);
	return 0;
}
