/* $apply: groups and aggregates within bounds and of known columns, or a refusal that says something. */
#include <stdlib.h>

#include "../../unit/data/sample_table.h"
#include "data/odata_apply.h"

static err link_find(void *guard, const struct table *t, str name, struct link *out)
{
	static const struct visible all = { .everything = true };
	(void)guard;
	if (name.len == 1 && (name.at[0] == 'a' || name.at[0] == 'c'))
		*out = (struct link){ .many = name.at[0] == 'c', .via = &sample_columns[6], .table = t, .visible = &all };
	return OK;
}

static bool known(const struct column *c)
{
	return c >= sample_columns && c < sample_columns + sample_table.column_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct odata_caller who = { .link_find = link_find };
	static struct apply a;
	struct url_param items[] = { { S("$apply"), { (const char *)data, size } }, { S("$orderby"), S("n desc") } };
	struct arena *arena = arena_new(4 << 20);
	struct problem problem = { 0 };
	if (!arena)
		return 0;
	for (size_t options = 1; options <= 2; options++) {
		err e = odata_apply_parse(&sample_table, &(struct url_params){ items, options }, &who, arena, &problem, &a);
		if (failed(e) && err_kind_of(e) == ERR_INVALID && (problem.status < 400 || problem.message.len == 0))
			abort();
		if (failed(e))
			continue;
		if (a.group_count + a.aggregate_count == 0 || a.group_count > APPLY_GROUPS_MAX || a.aggregate_count > APPLY_AGGREGATES_MAX)
			abort();
		for (size_t i = 0; i < a.group_count; i++)
			if (!known(a.groups[i].column) || !a.groups[i].path.len)
				abort();
		for (size_t i = 0; i < a.aggregate_count; i++)
			if (!a.aggregates[i].name.len || (a.aggregates[i].method != AGGREGATE_COUNT && !known(a.aggregates[i].column)))
				abort();
	}
	arena_free(arena);
	return 0;
}
