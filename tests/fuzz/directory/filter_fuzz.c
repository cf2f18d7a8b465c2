/* $filter: whatever comes in, the SQL holds no octet of it (only bound values), its parentheses pair, and bounds hold. */
#include <stdint.h>
#include <stdlib.h>

#include "directory/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct property items[] = {
	{ "name", "T", PROPERTY_TEXT, false },
	{ "on", "B", PROPERTY_BOOL, false },
	{ "id", "U", PROPERTY_UUID, false },
};
static const struct properties properties = { items, COUNT_OF(items) };

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* Only what query_filter.c itself writes. */
static void check_sql(str sql)
{
	static const char allowed[] = "TBU()?0123456789, =ISNOTRANDULCEifnulsbtrghe";
	long depth = 0;

	for (size_t i = 0; i < sql.len; i++) {
		require(sql.at[i] && strchr(allowed, sql.at[i]));
		depth += sql.at[i] == '(' ? 1 : sql.at[i] == ')' ? -1 : 0;
		require(depth >= 0);
	}
	require(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct query *q = calloc(1, sizeof *q);

	if (!arena || !q)
		abort();
	if (!failed(query_filter_parse(str_of_bytes(bytes_of(data, size)), &properties, arena, q))) {
		check_sql(q->where);
		require(q->value_count > 0 && q->value_count <= QUERY_VALUES_MAX);
	}
	free(q);
	arena_free(arena);
	return 0;
}
