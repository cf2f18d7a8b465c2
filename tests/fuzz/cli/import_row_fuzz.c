/* Whatever stands in the fields, a row is one JSON object with no member that the plan does not name: text from a file never
 * becomes structure. The input is two fields, cut at its first LF. */
#include <stdlib.h>

#include "cli/import_row.h"
#include "codec/utf8.h"

static const char definition[] =
	"{\"LogicalName\":\"t\",\"Attributes\":[{\"LogicalName\":\"name\",\"AttributeType\":\"String\"},"
	"{\"LogicalName\":\"count\",\"AttributeType\":\"Integer\"},{\"LogicalName\":\"open\",\"AttributeType\":\"Boolean\"},"
	"{\"LogicalName\":\"parent\",\"AttributeType\":\"Lookup\"}]}";
static const str columns[] = { { "a", 1 }, { "b", 1 } };

static void check(const struct import_plan *plan, const str *fields, struct arena *arena)
{
	struct buffer row;
	const struct json *object;
	buffer_init(&row, 1 << 24);
	struct json_writer w = json_writer_to(&row);
	import_row_write(plan, fields, &w);
	if (row.failed || failed(json_parse(buffer_bytes(&row), JSON_LIMITS_DEFAULT, arena, &object, NULL)) || object->kind != JSON_OBJECT)
		abort();
	if (object->count != (fields[0].len ? 4u : 0u) + (fields[1].len ? 1u : 0u))
		abort();
	for (const struct json *m = object->first; m; m = m->next)
		if (m->kind == JSON_ARRAY || m->kind == JSON_OBJECT)
			abort();
	buffer_release(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char problem[IMPORT_PROBLEM_BYTES_MAX];
	struct arena *arena = arena_new(64 << 20);
	struct import_map *map = arena ? NEW(arena, struct import_map) : NULL;
	struct import_plan *plan = arena ? NEW(arena, struct import_plan) : NULL;
	const struct json *table;
	size_t at = 0, cut = str_find_char(str_of_bytes(bytes_of(data, size)), '\n', 0);
	str text = str_of_bytes(bytes_of(data, size));
	str fields[] = { str_slice(text, 0, cut), cut == SIZE_MAX ? S("") : str_from(text, cut + 1) };
	if (!plan || failed(import_map_parse(S("a=name,a=count,a=open,a=parent:ts,b=owner:team"), arena, map, &at)) ||
	    failed(json_parse(bytes_of_str(S(definition)), JSON_LIMITS_DEFAULT, arena, &table, NULL)) ||
	    failed(import_plan_make(map, columns, 2, table, arena, plan, problem)))
		abort();
	if (size < 1 << 20 && utf8_is_valid(fields[0]) && utf8_is_valid(fields[1]) && str_find_char(text, 0, 0) == SIZE_MAX)
		check(plan, fields, arena);
	arena_free(arena);
	return 0;
}
