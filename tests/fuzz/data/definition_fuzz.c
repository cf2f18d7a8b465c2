/* Whatever JSON comes as a definition, it becomes a wish or a refusal that says something. */
#include <stdlib.h>

#include "data/definitions.h"

static void check(err e, const struct data_call *dc)
{
	if (err_kind_of(e) == ERR_INVALID && dc->problem.status < 400)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	const struct json *json;
	if (!arena)
		return 0;
	if (!failed(json_parse(bytes_of(data, size), JSON_LIMITS_DEFAULT, arena, &json, NULL))) {
		err e;
		struct data_call for_table = { .arena = arena }, for_column = { .arena = arena };
		struct table_wish table;
		struct column_wish column;
		static const struct column columns[] = { { .logical_name = { "new_code", 8 } }, { .logical_name = { "new_year", 8 } } };
		static const struct table keyed = { .logical_name = { "new_part", 8 }, .columns = columns, .column_count = COUNT_OF(columns) };
		struct data_call for_key = { .arena = arena };
		struct key_wish key;
		e = key_wish_parse(&for_key, &keyed, json, &key);
		check(e, &for_key);
		if (!failed(e) && (key.column_count == 0 || key.column_count > KEY_COLUMNS_MAX))
			abort();
		check(table_wish_parse(&for_table, json, true, &table), &for_table);
		e = column_wish_parse(&for_column, json, &column);
		check(e, &for_column);
		if (!failed(e) && (column.precision < -1 || column.precision > 10 || column.length_max < 0))
			abort();
	}
	arena_free(arena);
	return 0;
}
