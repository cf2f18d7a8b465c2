/* data/route_sql.c - columns of other tables, as SQL. */
#include <stdio.h>
#include <string.h>

#include "authz/cascade.h"
#include "data/sql_text.h"

static void paths_sql(struct sql_builder *b, struct buffer *text, const char *alias, const struct table *t, const struct visible *v)
{
	if (visible_is_nothing(t, v) || v->everything) {
		buffer_append_char(text, v->everything ? '1' : '0');
		return;
	}
	struct value owners = value_of_i64s(v->owners, v->owner_count);
	struct value units = value_of_i64s(v->units, v->unit_count);
	buffer_append_format(text, "(+%s.owner IN (SELECT value FROM i64_array(?%d)) OR +%s.unit IN (SELECT value FROM i64_array(?%d))",
			     alias, sql_parameter(b, &owners), alias, sql_parameter(b, &units));
	if (v->shared_count && v->cascade) {
		struct value with = value_of_i64s(v->shared_with, v->shared_count);
		struct value bit = { .kind = VALUE_I64, .i64 = v->shared_bit };
		int w = sql_parameter(b, &with), n = sql_parameter(b, &bit);
		buffer_append_format(text, " OR %s.key IN (", alias);
		cascade_rows_sql(text, v->cascade, w, n);
		buffer_append_char(text, ')');
	} else if (v->shared_count) {
		struct value table = { .kind = VALUE_I64, .i64 = t->ordinal }, bit = { .kind = VALUE_I64, .i64 = v->shared_bit };
		struct value with = value_of_i64s(v->shared_with, v->shared_count);
		buffer_append_format(text, " OR EXISTS (SELECT 1 FROM share AS h WHERE h.tbl = ?%d AND h.obj = %s.key AND h.principal IN "
				     "(SELECT value FROM i64_array(?%d)) AND (h.mask & ?%d) <> 0)",
				     sql_parameter(b, &table), alias, sql_parameter(b, &with), sql_parameter(b, &bit));
	}
	buffer_append_char(text, ')');
}

err policy_filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out)
{
	const struct concealment *kept = b->conceal;
	b->conceal = NULL;
	err e = filter_sql(b, f, arena, out);
	b->conceal = kept;
	return e;
}

/* A policy is over alias r; of another alias it is asked by key, of one row: a list of all that pass could be as long as the table. */
static err policy_sql(struct sql_builder *b, struct buffer *text, const char *alias, const struct table *t, const struct filter *policy,
		      struct arena *arena)
{
	str condition;
	TRY(policy_filter_sql(b, policy, arena, &condition));
	if (strcmp(alias, "r") == 0)
		buffer_append_format(text, " AND %.*s", STR_ARG(condition));
	else
		buffer_append_format(text, " AND EXISTS (SELECT 1 FROM %.*s AS r WHERE r.key = %s.key AND %.*s)", STR_ARG(t->sql), alias, STR_ARG(condition));
	return OK;
}

err visible_sql(struct sql_builder *b, struct buffer *text, const char *alias, const struct table *t, const struct visible *v,
		struct arena *arena)
{
	paths_sql(b, text, alias, t, v);
	if (v->policy)
		TRY(policy_sql(b, text, alias, t, v->policy, arena));
	if (!v->also)
		return OK;
	buffer_append_str(text, S(" AND "));
	return visible_sql(b, text, alias, t, v->also, arena);
}

/* Principals and units stand as keys in rows, all else as ids. */
static void join_sql(struct buffer *text, const char *from, const char *to, const struct link *l)
{
	if (l->through) {
		buffer_append_format(text, "%s.key IN (SELECT k%d FROM %.*s WHERE k%d = %s.key)", to, 1 - l->side, STR_ARG(l->through->sql),
				     l->side, from);
		return;
	}
	const char *name = l->via->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY) ? "key" : "id";
	if (l->many)
		buffer_append_format(text, "%s.%.*s = %s.%s", to, STR_ARG(l->via->sql), from, name);
	else
		buffer_append_format(text, "%s.%s = %s.%.*s", to, name, from, STR_ARG(l->via->sql));
}

static void alias_of(int scope, struct alias *out)
{
	if (scope)
		snprintf(out->text, sizeof out->text, "x%d", scope);
	else
		snprintf(out->text, sizeof out->text, "r");
}

/* `last`: the scope of a lambda whose rows the last link reaches; -1: none. */
err route_sql(struct sql_builder *b, struct buffer *text, const struct route *route, int last, struct arena *arena, struct alias *out_end)
{
	struct alias at[ROUTE_LINKS_MAX + 1];
	alias_of(route->scope, &at[0]);
	for (size_t i = 0; i < route->count; i++) {
		snprintf(at[i + 1].text, sizeof at[i + 1].text, "p%zu", i + 1);
		if (last >= 0 && i + 1 == route->count)
			alias_of(last, &at[i + 1]);
		buffer_append_format(text, "%s%.*s AS %s", i ? " CROSS JOIN " : " FROM ", STR_ARG(route->links[i].table->sql), at[i + 1].text);
	}
	for (size_t i = 0; i < route->count; i++) {
		buffer_append_str(text, i ? S(" AND ") : S(" WHERE "));
		join_sql(text, at[i].text, at[i + 1].text, &route->links[i]);
		if (route->links[i].visible->everything && !route->links[i].visible->policy)
			continue;
		buffer_append_str(text, S(" AND "));
		TRY(visible_sql(b, text, at[i + 1].text, route->links[i].table, route->links[i].visible, arena));
	}
	*out_end = at[route->count];
	return OK;
}

/* The value of a lookup, null where it names a row that does not count. */
static err concealed_sql(struct sql_builder *b, const struct column *c, str value, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	const struct table *t = NULL;
	const struct visible *v = NULL;
	*out = value;
	if (column_is_lookup(c))
		TRY(b->conceal->find(b->conceal->self, c, &t, &v));
	if (!t || (v->everything && !v->policy && !v->also))
		return OK;
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	buffer_append_format(&text, "(SELECT z.id FROM %.*s AS z WHERE z.id = %.*s AND ", STR_ARG(t->sql), STR_ARG(value));
	TRY(visible_sql(b, &text, "z", t, v, arena));
	buffer_append_char(&text, ')');
	return sql_fragment_take(&text, arena, out);
}

err column_sql(struct sql_builder *b, const struct column *c, const struct route *route, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 }, from = { 0 };
	struct alias end = { "r" };
	bool is_text = c->type == TYPE_STRING || c->type == TYPE_MEMO;
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	buffer_init(&from, SQL_TEXT_BYTES_MAX);
	if (route)
		TRY(route_sql(b, &from, route, -1, arena, &end));
	bool joined = route && route->count;
	buffer_append_format(&text, "%s%s.%.*s", joined ? "(SELECT " : "", end.text, STR_ARG(c->sql));
	buffer_append_str(&text, buffer_str(&from));
	/* a subquery loses the column's collation */
	buffer_append_str(&text, !joined ? S("") : is_text ? S(") COLLATE NOCASE") : S(")"));
	text.failed |= from.failed;
	TRY(sql_fragment_take(&text, arena, out));
	return b->conceal ? concealed_sql(b, c, *out, arena, out) : OK;
}
