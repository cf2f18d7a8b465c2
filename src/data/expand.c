#include "data/expand.h"

#include "data/link.h"
#include "data/names.h"
#include "data/odata_expand.h"
#include "data/rights.h"
#include "data/row_json.h"

struct expand {
	str name;
	struct link link;
	struct odata_query query;
	struct expands nested;
	struct expand *kinds; /* of a lookup that points at several tables: one for each of them, in place of the above */
	size_t kind_count;
	bool of_several;      /* one of those kinds */
};

/* --- names --- */

static err unknown(struct data_call *dc, const struct table *t, str name)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "Could not find a navigation property named '%.*s' on type 'Microsoft.Dynamics.CRM.%.*s'.",
		      STR_ARG(name), STR_ARG(t->logical_name));
}

static err expands_make(struct data_call *dc, const struct table *t, str text, int depth, struct expands *out);

/* --- a lookup that points at several tables (ownerid) --- */

/* Those of the selected columns that this table has. */
static err select_known(struct data_call *dc, const struct table *t, str select, bool *seen, str *out)
{
	SCOPED(buffer) kept = { 0 };
	str name;
	size_t at = 0;
	buffer_init(&kept, FILTER_LEN_MAX);
	while (str_split(&select, ',', &name)) {
		name = str_trim(name);
		bool known = table_column_by_wire_name(t, name) != NULL;
		if (at < EXPAND_SELECT_MAX)
			seen[at++] |= known;
		if (known)
			buffer_append_format(&kept, "%s%.*s", kept.len ? "," : "", STR_ARG(name));
	}
	if (!kept.len)
		buffer_append_str(&kept, t->primary_id->logical_name);
	*out = str_copy(dc->arena, buffer_str(&kept));
	TRY_NEW(out->at);
	return OK;
}

static err kind_make(struct data_call *dc, const struct column *via, str target, const struct expand_item *item, bool *seen, struct expand *out)
{
	struct visible *visible = NEW(dc->arena, struct visible);
	struct url_param select = { S("$select"), { 0 } };
	struct url_params options = { &select, item->option_count ? 1 : 0 };
	TRY_NEW(visible);
	*out = (struct expand){ .name = item->name, .of_several = true, .link = { .via = via, .table = metadata_table(dc->app->metadata, target) } };
	if (!out->link.table)
		FAIL(ERR_INTERNAL, "a lookup at a table that does not exist");
	TRY(rights_visible(dc, out->link.table, visible));
	out->link.visible = visible;
	if (item->option_count)
		TRY(select_known(dc, out->link.table, item->options[0].value, seen, &select.value));
	return odata_query_parse(out->link.table, &options, &dc->who, dc->arena, &dc->problem, &out->query);
}

static err kinds_make(struct data_call *dc, const struct table *t, const struct column *via, const struct expand_item *item, struct expand *e)
{
	bool seen[EXPAND_SELECT_MAX] = { false };
	str select = item->option_count ? item->options[0].value : (str){ 0 }, name;
	*e = (struct expand){ .name = item->name, .kinds = NEW_ARRAY(dc->arena, struct expand, via->target_count) };
	TRY_NEW(e->kinds);
	if (item->expand.len || item->option_count > 1 || (item->option_count && !str_equal(item->options[0].name, S("$select"))))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Within $expand of '%.*s', which points at several tables, only $select is possible.",
			      STR_ARG(item->name));
	for (; e->kind_count < via->target_count; e->kind_count++)
		TRY(kind_make(dc, via, via->targets[e->kind_count], item, seen, &e->kinds[e->kind_count]));
	for (size_t i = 0; item->option_count && i < EXPAND_SELECT_MAX && str_split(&select, ',', &name); i++)
		if (!seen[i] && !str_equal(str_trim(name), via->logical_name))
			return REFUSE(dc, 400, CODE_BAD_QUERY, "Could not find a property named '%.*s' on what '%.*s' of '%.*s' points at.",
				      STR_ARG(name), STR_ARG(item->name), STR_ARG(t->logical_name));
	return OK;
}

static err expand_make(struct data_call *dc, const struct table *t, const struct expand_item *item, int depth, struct expand *e)
{
	static const char *const allowed[] = { "$select", "$filter", "$orderby", "$top" };
	struct url_params options = { (struct url_param *)(uintptr_t)item->options, item->option_count };
	const struct column *via = table_column_by_navigation(t, item->name);
	if (via && via->target_count > 1)
		return kinds_make(dc, t, via, item, e);
	*e = (struct expand){ .name = item->name };
	TRY(link_find(dc, t, e->name, &e->link));
	if (!e->link.table)
		return unknown(dc, t, e->name);
	for (size_t i = 0; i < item->option_count; i++) {
		bool known = false;
		for (size_t k = 0; k < (e->link.many ? COUNT_OF(allowed) : 1); k++)
			known |= str_equal(item->options[i].name, str_of(allowed[k]));
		if (!known)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "The option '%.*s' is not possible within $expand of '%.*s'.",
				      STR_ARG(item->options[i].name), STR_ARG(item->name));
	}
	TRY(odata_query_parse(e->link.table, &options, &dc->who, dc->arena, &dc->problem, &e->query));
	return item->expand.len ? expands_make(dc, e->link.table, item->expand, depth + 1, &e->nested) : OK;
}

static err expands_make(struct data_call *dc, const struct table *t, str text, int depth, struct expands *out)
{
	struct expand_item *items;
	size_t count;
	if (depth > EXPAND_DEPTH_MAX)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "$expand is nested more than %d deep.", EXPAND_DEPTH_MAX);
	TRY(odata_expand_parse(text, dc->arena, &dc->problem, &items, &count));
	out->items = NEW_ARRAY(dc->arena, struct expand, count);
	TRY_NEW(out->items);
	for (out->count = 0; out->count < count; out->count++)
		TRY(expand_make(dc, t, &items[out->count], depth, &out->items[out->count]));
	return OK;
}

err expand_take(struct data_call *dc, const struct table *t, struct url_params *out_rest, struct expands *out)
{
	str text = { 0 };
	*out = (struct expands){ 0 };
	*out_rest = dc->params;
	if (!url_param_find(&dc->params, S("$expand"), &text))
		return OK;
	if (url_param_count(&dc->params, S("$expand")) > 1)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "A query option is given twice: '$expand'.");
	TRY(url_params_without(&dc->params, S("$expand"), dc->arena, out_rest));
	return expands_make(dc, t, text, 1, out);
}

/* --- rows --- */

/* Which row the lookup of this row names; VALUE_NULL: none, or one of another table (owninguser of a team's row). */
static err end_of_lookup(struct data_call *dc, const struct expand *e, const struct statement *s, struct value *out)
{
	static const char *const tables[] = { "", "systemuser", "team", "businessunit" };
	const struct name *name;
	*out = (struct value){ .kind = VALUE_NULL };
	if (column_is_null(s, 0))
		return OK;
	if (!(e->link.via->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY))) {
		*out = (struct value){ .kind = VALUE_UUID, .uuid = column_uuid(s, 0) };
		return OK;
	}
	TRY(e->link.via->flags & COLUMN_UNIT_KEY ? names_unit(dc->app->names, column_i64(s, 0), &name)
					    : names_principal(dc->app->names, column_i64(s, 0), &name));
	if (str_equal(e->link.table->logical_name, str_of(tables[name->kind])))
		*out = (struct value){ .kind = VALUE_UUID, .uuid = name->id };
	return OK;
}

/* What the expanded rows are compared with: the lookup's value or, of a collection, the row's own id or (through pairs) key. */
static err end_find(struct data_call *dc, const struct table *t, const struct expand *e, int64_t key, struct value *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	*out = (struct value){ .kind = VALUE_I64, .i64 = key };
	if (e->link.through)
		return OK;
	str text = str_format(dc->arena, "SELECT r.%.*s FROM %.*s AS r WHERE r.key = ?1",
			      STR_ARG(e->link.many ? t->primary_id->sql : e->link.via->sql), STR_ARG(t->sql));
	TRY_NEW(text.at);
	*out = (struct value){ .kind = VALUE_NULL };
	TRY(statement_open_text(dc->app->store, text, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(statement_step(&s, &row));
	if (!row)
		return OK;
	if (!e->link.many)
		return end_of_lookup(dc, e, &s, out);
	*out = (struct value){ .kind = VALUE_UUID, .uuid = column_uuid(&s, 0) };
	return OK;
}

/* Which of several tables it is of, and the id under the lookup's own name. */
static err kind_write(struct data_call *dc, struct json_writer *w, const struct expand *e, const struct value *end)
{
	str type = str_format(dc->arena, "#Microsoft.Dynamics.CRM.%.*s", STR_ARG(e->link.table->logical_name));
	TRY_NEW(type.at);
	json_member_str(w, S("@odata.type"), type);
	json_member_uuid(w, e->link.via->logical_name, &end->uuid);
	return OK;
}

static err row_write(struct data_call *dc, struct json_writer *w, const struct expand *e, const struct rows *rows, const struct value *end)
{
	json_open_object(w);
	if (e->of_several)
		TRY(kind_write(dc, w, e, end));
	TRY(row_json(dc, w, &e->query, &rows->statement, rows_select_index(rows)));
	TRY(expand_json(dc, w, e->link.table, &e->nested, column_i64(&rows->statement, 0)));
	json_close_object(w);
	return OK;
}

static err rows_write(struct data_call *dc, struct json_writer *w, const struct expand *e, const struct value *end)
{
	struct filter is_end = { .kind = FILTER_COMPARE, .op = COMPARE_EQ, .open = true, .column = e->link.many ? e->link.via : e->link.table->primary_id,
				 .values = end, .value_count = 1 };
	if (e->link.through)
		is_end = (struct filter){ .kind = FILTER_PAIRED, .paired = &e->link, .values = end, .value_count = 1 };
	struct filter both = { .kind = FILTER_AND, .left = &is_end, .right = e->query.filter };
	struct odata_query query = e->query;
	int64_t most = !e->link.many ? 1 : query.top >= 0 ? query.top : EXPAND_ROWS_MAX, n = 0;
	bool asks_for_all = e->link.many && query.top < 0, row;
	query.filter = e->query.filter ? &both : &is_end;
	/* few rows pass the filter, whose column has an index: the predicate is tested on those */
	struct rows_wish wish = { .query = &query, .visible = e->link.visible, .limit = most + asks_for_all, .force = PLAN_SCAN };
	SCOPED(rows) rows = { 0 };
	TRY(rows_open(dc->app->store, &wish, dc->arena, &rows));
	for (;; n++) {
		TRY(rows_next(&rows, &row));
		if (!row)
			break;
		if (n == EXPAND_ROWS_MAX)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s' has more than %d rows: ask for them by themselves, or with $top.",
				      STR_ARG(e->name), EXPAND_ROWS_MAX);
		TRY(row_write(dc, w, e, &rows, end));
	}
	if (n == 0 && !e->link.many)
		json_null(w);
	return OK;
}

err expand_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct expands *expands, int64_t key)
{
	for (size_t i = 0; i < expands->count; i++) {
		const struct expand *e = &expands->items[i];
		struct value end = { .kind = VALUE_NULL };
		if (++dc->expansions > EXPAND_QUERIES_MAX)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "$expand would take more than %d look-ups: ask for fewer rows.",
				      EXPAND_QUERIES_MAX);
		if (!e->kind_count)
			TRY(end_find(dc, t, e, key, &end));
		for (size_t k = 0; end.kind == VALUE_NULL && k < expands->items[i].kind_count; k++) {
			e = &expands->items[i].kinds[k];
			TRY(end_find(dc, t, e, key, &end));
		}
		json_key(w, e->name);
		if (e->link.many)
			json_open_array(w);
		if (end.kind != VALUE_NULL)
			TRY(rows_write(dc, w, e, &end));
		else if (!e->link.many)
			json_null(w);
		if (e->link.many)
			json_close_array(w);
	}
	return OK;
}
