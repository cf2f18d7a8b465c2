/* Whatever the octets, the parser answers with a filter whose names and sizes are within bounds, or with a refusal that
 * says something. */
#include <stdlib.h>

#include "../../unit/data/sample_table.h"
#include "data/odata_query.h"

static const struct odata_caller who = { .now = { 1795521600000 }, .user = 7, .teams = (const int64_t[]){ 8, 9 }, .team_count = 2 };

static void check(const struct filter *f, int depth)
{
	if (depth > FILTER_TERMS_MAX + FILTER_DEPTH_MAX)
		abort();
	if (f->kind <= FILTER_NOT) {
		if (!f->left || (f->kind != FILTER_NOT) != (f->right != NULL))
			abort();
		check(f->left, depth + 1);
		if (f->right)
			check(f->right, depth + 1);
		return;
	}
	if (f->column < sample_columns || f->column >= sample_columns + sample_table.column_count)
		abort();
	if (f->kind == FILTER_COMPARE_COLUMNS ? f->other == NULL : f->value_count == 0 || f->value_count > FILTER_VALUES_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	struct problem problem = { 0 };
	const struct filter *f = NULL;
	if (!arena)
		return 0;
	err e = odata_filter_parse(&sample_table, (str){ (const char *)data, size }, &who, arena, &problem, &f);
	if (!failed(e))
		check(f, 0);
	else if (err_kind_of(e) == ERR_INVALID && (problem.status < 400 || problem.message.len == 0))
		abort();
	arena_free(arena);
	return 0;
}
