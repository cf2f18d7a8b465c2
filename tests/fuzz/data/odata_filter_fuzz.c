/* Whatever the octets, the parser answers with a filter whose names and sizes are within bounds, or with a refusal that
 * says something. */
#include <stdlib.h>

#include "../../unit/data/sample_table.h"
#include "data/sql_text.h"

static err link_find(void *guard, const struct table *t, str name, struct link *out)
{
	static const struct visible all = { .everything = true };
	(void)guard;
	if (name.len == 1 && (name.at[0] == 'a' || name.at[0] == 'c'))
		*out = (struct link){ .many = name.at[0] == 'c', .via = &sample_columns[6], .table = t, .visible = &all };
	return OK;
}

static const struct odata_caller who = { .link_find = link_find, .now = { 1795521600000 }, .user = 7, .teams = (const int64_t[]){ 8, 9 }, .team_count = 2 };

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
	if (f->route && (f->route->count > ROUTE_LINKS_MAX || f->route->scope < 0))
		abort();
	if (f->kind == FILTER_ANY || f->kind == FILTER_ALL) {
		if (!f->route || !f->route->count || !f->route->links[f->route->count - 1].many || !f->scope)
			abort();
		if (f->left)
			check(f->left, depth + 1);
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
	struct sql_builder b = { 0 };
	str sql;
	if (!arena)
		return 0;
	err e = odata_filter_parse(&sample_table, (str){ (const char *)data, size }, &who, arena, &problem, &f);
	if (!failed(e))
		check(f, 0);
	if (!failed(e) && !failed(sql_builder_init(&b, FILTER_SQL_VALUES_MAX, arena))) {
		if (!failed(filter_sql(&b, f, arena, &sql)) && b.too_many)
			abort(); /* what the parser lets through, the statement has room for */
	}
	sql_builder_release(&b);
	if (failed(e) && err_kind_of(e) == ERR_INVALID && (problem.status < 400 || problem.message.len == 0))
		abort();
	arena_free(arena);
	return 0;
}
