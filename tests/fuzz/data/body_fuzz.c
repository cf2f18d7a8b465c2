/* Whatever JSON comes as a body, the changes name columns of the table that the client may set, each once, with values of the column's
 * kind; or the refusal says something. */
#include <stdlib.h>

#include "../../unit/data/sample_table.h"
#include "base/map.h"
#include "data/body.h"

static void check(const struct body *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct change *c = &b->changes[i];
		if (c->column < sample_columns || c->column >= sample_columns + sample_table.column_count)
			abort();
		if (!(c->column->flags & (COLUMN_CREATABLE | COLUMN_UPDATABLE)) || body_change(b, c->column) != c)
			abort();
		if (c->column->type == TYPE_STRING && c->value.kind != VALUE_NULL && c->value.kind != VALUE_TEXT)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	const struct json *json;
	if (!arena)
		return 0;
	struct metadata metadata = { .arena = arena, .by_logical_name = map_new(arena, (struct map_seed){ 1, 2 }),
				     .by_entity_set = map_new(arena, (struct map_seed){ 1, 2 }) };
	struct data_app app = { .metadata = &metadata };
	if (!failed(json_parse(bytes_of(data, size), JSON_LIMITS_DEFAULT, arena, &json, NULL))) {
		struct data_call dc = { .app = &app, .arena = arena };
		struct body b = { 0 };
		err e = body_parse(&dc, &sample_table, json, true, &b);
		if (!failed(e))
			check(&b);
		else if (err_kind_of(e) == ERR_INVALID && dc.problem.status < 400)
			abort();
	}
	arena_free(arena);
	return 0;
}
