#include "data/link.h"

#include "data/rights.h"
#include "data/sql_catalog.h"
#include "metadata/relationship.h"

static void through_pairs(const struct association *list, size_t count, const struct table *t, str name, struct link *out)
{
	for (size_t i = 0; i < count; i++)
		for (int side = 0; side < 2; side++) {
			const struct association *a = &list[i];
			if (a->side[side] == t && str_equal(a->navigation[side], name))
				*out = (struct link){ .many = true, .through = a, .side = side, .table = a->side[1 - side] };
		}
}

err link_collection(struct data_call *dc, const struct table *t, str name, struct link *out)
{
	struct relationship *list = NULL;
	size_t n = 0;
	*out = (struct link){ .many = true };
	through_pairs(dc->app->metadata->associations, dc->app->metadata->association_count, t, name, out);
	if (out->table)
		return OK;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &n));
	for (size_t i = 0; i < n; i++) {
		if (list[i].referenced != t || !str_equal(list[i].schema_name, name))
			continue;
		out->via = list[i].lookup;
		out->table = list[i].referencing;
	}
	return OK;
}

/* Who is in a team of a directory group stands in no table, so of members nothing is said while there is one. */
static err members_check(struct data_call *dc)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_GROUP_TEAMS_EXIST, &s));
	TRY(statement_step(&s, &row));
	return !row ? OK : REFUSE(dc, 501, CODE_BAD_QUERY, "While there are teams of directory groups, members are told by "
				  "teams(id)/teammembership_association and systemusers(id)/teammembership_association alone.");
}

err link_find(struct data_call *dc, const struct table *t, str name, struct link *out)
{
	*out = (struct link){ .via = table_column_by_navigation(t, name) };
	if (!out->via) {
		TRY(link_collection(dc, t, name, out));
		if (!out->table)
			through_pairs(dc->app->metadata->administrative, dc->app->metadata->administrative_count, t, name, out);
	} else {
		out->table = out->via->target_count == 1 ? metadata_table(dc->app->metadata, out->via->targets[0]) : NULL;
		if (!out->table)
			return REFUSE(dc, 501, CODE_BAD_QUERY, "'%.*s' points at several tables, which is not supported here.",
				      STR_ARG(name));
	}
	if (!out->table)
		return OK;
	struct visible *visible = NEW(dc->arena, struct visible);
	TRY_NEW(visible);
	out->visible = visible;
	TRY(rights_visible(dc, out->table, visible));
	bool members = out->through && !out->through->number && str_equal(name, S("teammembership_association"));
	return members ? members_check(dc) : OK;
}

err link_find_for_query(void *call, const struct table *t, str name, struct link *out)
{
	return link_find(call, t, name, out);
}
