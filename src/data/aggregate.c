#include "data/aggregate.h"

#include "data/answer.h"
#include "data/odata_apply.h"
#include "data/rights.h"
#include "data/row_json.h"

/* --- statement --- */

static err column_write(struct sql_builder *b, const struct column *c, const struct route *route, struct arena *arena)
{
	str text;
	TRY(column_sql(b, c, route, arena, &text));
	buffer_append_str(&b->text, text);
	return OK;
}

static err aggregate_write(struct sql_builder *b, const struct aggregate *a, struct arena *arena)
{
	static const char *const heads[] = { "", "count(*", "sum(", "avg(", "min(", "max(", "count(DISTINCT " };
	buffer_append_str(&b->text, str_of(heads[a->method]));
	if (a->column)
		TRY(column_write(b, a->column, a->route, arena));
	buffer_append_char(&b->text, ')');
	return OK;
}

static void numbers_write(struct sql_builder *b, const char *head, const struct apply *a)
{
	for (size_t i = 0; i < a->group_count; i++)
		buffer_append_format(&b->text, "%s%zu", i ? ", " : head, i + 1);
}

static err statement_write(struct sql_builder *b, const struct table *t, const struct visible *v, const struct filter *filter,
			   const struct apply *a, struct arena *arena)
{
	struct value limit = { .kind = VALUE_I64, .i64 = a->top >= 0 ? a->top : APPLY_ROWS_MAX + 1 };
	buffer_append_str(&b->text, S("SELECT "));
	for (size_t i = 0; i < a->group_count; i++) {
		buffer_append_str(&b->text, i ? S(", ") : S(""));
		TRY(column_write(b, a->groups[i].column, a->groups[i].route, arena));
	}
	for (size_t i = 0; i < a->aggregate_count; i++) {
		buffer_append_str(&b->text, i + a->group_count ? S(", ") : S(""));
		TRY(aggregate_write(b, &a->aggregates[i], arena));
	}
	rows_from_sql(b, t, v);
	TRY(rows_where_sql(b, t, v, filter, arena));
	numbers_write(b, " GROUP BY ", a);
	for (size_t i = 0; i < a->order_count; i++)
		buffer_append_format(&b->text, "%s%zu%s", i ? ", " : " ORDER BY ", a->order[i].at + 1, a->order[i].descending ? " DESC" : "");
	buffer_append_format(&b->text, " LIMIT ?%d", sql_parameter(b, &limit));
	return OK;
}

/* --- answer --- */

static double scale_of(const struct column *c)
{
	double scale = 1;
	for (int i = 0; i < c->precision; i++)
		scale *= 10;
	return scale;
}

static void aggregate_json(struct json_writer *w, const struct aggregate *a, const struct statement *s, int at)
{
	bool scaled = a->column && (a->column->type == TYPE_DECIMAL || a->column->type == TYPE_MONEY);
	static const struct column number = { .type = TYPE_DOUBLE };
	json_key(w, a->name);
	if (column_is_null(s, at)) {
		json_null(w);
	} else if (a->method == AGGREGATE_COUNT || a->method == AGGREGATE_COUNT_DISTINCT) {
		json_i64(w, column_i64(s, at));
	} else if (a->method == AGGREGATE_AVERAGE) {
		struct value v = { .kind = VALUE_F64, .f64 = column_f64(s, at) / (scaled ? scale_of(a->column) : 1) };
		value_write(w, &number, &v);
	} else {
		struct value v = value_of_row(a->column, s, at);
		value_write(w, a->column, &v);
	}
}

static str prefix_of(str path)
{
	size_t slash = SIZE_MAX;
	for (size_t i = 0; i < path.len; i++)
		if (path.at[i] == '/')
			slash = i;
	return slash == SIZE_MAX ? S("") : str_slice(path, 0, slash);
}

/* Groups of one navigation path stand together in its object. Paths of several steps are nested objects, each written at the first
 * group that needs it. */
static err groups_json(struct data_call *dc, struct json_writer *w, const struct apply *a, const struct statement *s, str inside)
{
	for (size_t i = 0; i < a->group_count; i++) {
		const struct group *g = &a->groups[i];
		str prefix = prefix_of(g->path);
		if (str_equal(prefix, inside)) {
			TRY(row_column_json(dc, w, a->table, g->column, 0, s, (int)i));
			continue;
		}
		bool below = !inside.len || (str_starts_with(prefix, inside) && prefix.at[inside.len] == '/');
		if (!below)
			continue;
		str rest = str_from(prefix, inside.len ? inside.len + 1 : 0);
		size_t slash = str_find_char(rest, '/', 0);
		str name = slash == SIZE_MAX ? rest : str_slice(rest, 0, slash);
		str deeper = str_slice(prefix, 0, prefix.len - rest.len + name.len);
		bool done = false;
		for (size_t k = 0; k < i && !done; k++) {
			str other = prefix_of(a->groups[k].path);
			done = str_equal(other, deeper) ||
			       (str_starts_with(other, deeper) && other.len > deeper.len && other.at[deeper.len] == '/');
		}
		if (done)
			continue;
		json_key(w, name);
		json_open_object(w);
		TRY(groups_json(dc, w, a, s, deeper));
		json_close_object(w);
	}
	return OK;
}

static err step(struct data_call *dc, struct statement *s, bool *out_row)
{
	err e = statement_step(s, out_row);
	if (failed(e) && strstr(err_why(e), "integer overflow"))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The sum is too large.");
	return e;
}

static err rows_write(struct data_call *dc, struct json_writer *w, const struct apply *a, struct statement *s)
{
	bool row;
	for (int n = 0;; n++) {
		TRY(step(dc, s, &row));
		if (!row)
			return OK;
		if (n == APPLY_ROWS_MAX)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "$apply gives more than %d groups: ask with $top.", APPLY_ROWS_MAX);
		json_open_object(w);
		TRY(groups_json(dc, w, a, s, S("")));
		for (size_t i = 0; i < a->aggregate_count; i++)
			aggregate_json(w, &a->aggregates[i], s, (int)(a->group_count + i));
		json_close_object(w);
	}
}

/* A sum or a maximum tells values: of a masked column only to who asks beneath the mask, and may (1.12). */
static err masks_check(struct data_call *dc, const struct apply *a)
{
	const struct mask *mask;
	for (size_t i = 0; i < a->aggregate_count; i++) {
		if (!a->aggregates[i].column || a->aggregates[i].method == AGGREGATE_COUNT_DISTINCT)
			continue;
		TRY(rights_mask(dc, a->aggregates[i].column, &mask));
		if (mask)
			return REFUSE(dc, 403, "0x8004f506", "'%.*s' is masked: it is aggregated with UnMaskedData=true alone.",
				      STR_ARG(a->aggregates[i].column->logical_name));
	}
	return OK;
}

err aggregate_list(struct data_call *dc, const struct table *t, const struct filter *within)
{
	struct apply *a = NEW(dc->arena, struct apply);
	struct visible visible;
	TRY_NEW(a);
	TRY(rights_visible(dc, t, &visible));
	TRY(odata_apply_parse(t, &dc->params, &dc->who, dc->arena, &dc->problem, a));
	TRY(masks_check(dc, a));
	struct filter both = { .kind = FILTER_AND, .left = within, .right = a->filter };
	const struct filter *filter = within && a->filter ? &both : within ? within : a->filter;
	SCOPED(sql_builder) b = { 0 };
	SCOPED(statement) s = { 0 };
	SCOPED(transaction) snapshot = { 0 };
	TRY(transaction_begin_read(dc->app->store, &snapshot));
	TRY(sql_builder_init(&b, FILTER_SQL_VALUES_MAX + QUERY_LINKS_MAX * LINK_SQL_VALUES_MAX + 2 * VISIBLE_SQL_VALUES_MAX + 1, dc->arena));
	b.conceal = dc->who.conceal;
	TRY(statement_write(&b, t, &visible, filter, a, dc->arena));
	TRY(sql_open(&b, dc->app->store, &s));
	str context = str_format(dc->arena, "%.*s$metadata#%.*s", STR_ARG(dc->root), STR_ARG(t->entity_set));
	TRY_NEW(context.at);
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("value"));
	json_open_array(&w);
	TRY(rows_write(dc, &w, a, &s));
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
