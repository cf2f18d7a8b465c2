/* data/odata_query.c - the query options of a request. */
#include "data/odata_query.h"

static err bad(struct arena *arena, struct problem *problem, const char *what, str text)
{
	return problem_say(arena, problem, 400, CODE_BAD_QUERY, "%s: '%.*s'.", what, STR_ARG(text));
}

static err column_resolve(const struct table *t, str name, struct arena *arena, struct problem *problem,
			  const struct column **out)
{
	*out = table_column_by_wire_name(t, name);
	if (*out)
		return OK;
	return problem_say(arena, problem, 400, CODE_BAD_QUERY,
			   "Could not find a property named '%.*s' on type 'Microsoft.Dynamics.CRM.%.*s'.", STR_ARG(name),
			   STR_ARG(t->logical_name));
}

err odata_column_guard(const struct odata_caller *who, const struct table *t, const struct column *c, struct arena *arena,
		       struct problem *problem)
{
	if (!(c->flags & COLUMN_SECURED))
		return OK;
	if (who->column_guard)
		return who->column_guard(who->guard, t, c);
	return problem_say(arena, problem, 403, "0x8004f506", "The column '%.*s' is secured.", STR_ARG(c->logical_name));
}

static bool select_has(const struct odata_query *q, const struct column *c)
{
	for (size_t i = 0; i < q->select_count; i++)
		if (q->select[i] == c)
			return true;
	return false;
}

static err select_all(const struct table *t, struct odata_query *out)
{
	for (size_t i = 0; i < t->column_count; i++)
		out->select[out->select_count++] = &t->columns[i];
	return OK;
}

err odata_select_parse(const struct table *t, str text, bool given, struct arena *arena, struct problem *problem,
		       struct odata_query *out)
{
	str item;
	out->table = t;
	out->select_count = 0;
	out->select = NEW_ARRAY(arena, const struct column *, t->column_count);
	TRY_NEW(out->select);
	out->select_given = given && !str_equal(str_trim(text), S("*"));
	if (!out->select_given)
		return select_all(t, out);
	while (str_split(&text, ',', &item)) {
		const struct column *c;
		TRY(column_resolve(t, str_trim(item), arena, problem, &c));
		if (!select_has(out, c))
			out->select[out->select_count++] = c;
	}
	/* the primary id always comes along, as upstream */
	if (!select_has(out, t->primary_id) && out->select_count < t->column_count)
		out->select[out->select_count++] = t->primary_id;
	return OK;
}

/* nav/nav/column: `name` becomes the column's, *t the table it is of. */
static err order_route(const struct table **t, str *name, const struct odata_caller *who, struct arena *arena, struct problem *problem,
		       const struct route **out)
{
	struct route *route = NULL;
	for (size_t slash; (slash = str_find_char(*name, '/', 0)) != SIZE_MAX; *name = str_from(*name, slash + 1)) {
		struct link l = { 0 };
		if (!route)
			route = NEW(arena, struct route);
		TRY_NEW(route);
		if (route->count == ROUTE_LINKS_MAX)
			return bad(arena, problem, "$orderby follows too many navigation properties", *name);
		if (who->link_find)
			TRY(who->link_find(who->guard, *t, str_slice(*name, 0, slash), &l));
		if (!l.table || l.many)
			return bad(arena, problem, "$orderby needs a lookup before '/'", *name);
		route->links[route->count++] = l;
		*t = l.table;
	}
	*out = route;
	return OK;
}

static err order_item(const struct table *t, str item, const struct odata_caller *who, struct arena *arena, struct problem *problem,
		      struct order_term *out)
{
	str name = str_trim(item), direction = { 0 };
	size_t blank = str_find_char(name, ' ', 0);
	if (blank != SIZE_MAX) {
		direction = str_trim(str_from(name, blank));
		name = str_slice(name, 0, blank);
	}
	TRY(order_route(&t, &name, who, arena, problem, &out->route));
	TRY(column_resolve(t, name, arena, problem, &out->column));
	TRY(odata_column_guard(who, t, out->column, arena, problem));
	out->descending = str_equal(direction, S("desc"));
	if (direction.len && !out->descending && !str_equal(direction, S("asc")))
		return bad(arena, problem, "Expected asc or desc in $orderby", direction);
	if (column_is_unordered(out->column))
		return bad(arena, problem, "Rows cannot be ordered by a column of this type", name);
	return OK;
}

static err order_parse(const struct table *t, str text, const struct odata_caller *who, struct arena *arena, struct problem *problem,
		       struct odata_query *out)
{
	str item;
	while (str_split(&text, ',', &item)) {
		if (out->order_count == ORDER_MAX)
			return bad(arena, problem, "$orderby has too many columns", item);
		struct order_term term;
		TRY(order_item(t, item, who, arena, problem, &term));
		for (size_t i = 0; i < out->order_count; i++)
			if (out->order[i].column == term.column && !out->order[i].route && !term.route)
				return bad(arena, problem, "$orderby names a column twice", item);
		out->order[out->order_count++] = term;
	}
	return OK;
}

static err top_parse(str text, struct arena *arena, struct problem *problem, struct odata_query *out)
{
	uint64_t n;
	if (!str_to_u64(text, &n) || n < 1 || n > INT32_MAX)
		return bad(arena, problem, "$top must be a positive number", text);
	out->top = n > PAGE_ROWS_MAX ? PAGE_ROWS_MAX : (int64_t)n;
	return OK;
}

static err count_parse(str text, struct arena *arena, struct problem *problem, struct odata_query *out)
{
	out->count = str_equal(text, S("true"));
	if (!out->count && !str_equal(text, S("false")))
		return bad(arena, problem, "$count must be true or false", text);
	return OK;
}

static bool is_unsupported(str name)
{
	static const char *const names[] = { "$apply", "$search", "$skip", "$deltatoken", "$compute", "$format", "fetchXml",
					     "savedQuery", "userQuery" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_equal(name, str_of(names[i])))
			return true;
	return false;
}

static err option_parse(const struct table *t, const struct url_param *p, const struct odata_caller *who, struct arena *arena,
			struct problem *problem, struct odata_query *out)
{
	if (str_equal(p->name, S("$select")))
		return odata_select_parse(t, p->value, true, arena, problem, out);
	if (str_equal(p->name, S("$filter")))
		return odata_filter_parse(t, p->value, who, arena, problem, &out->filter);
	if (str_equal(p->name, S("$orderby")))
		return order_parse(t, p->value, who, arena, problem, out);
	if (str_equal(p->name, S("$top")))
		return top_parse(p->value, arena, problem, out);
	if (str_equal(p->name, S("$count")))
		return count_parse(p->value, arena, problem, out);
	if (str_equal(p->name, S("$skiptoken"))) {
		out->skip_token = p->value;
		return OK;
	}
	if (str_starts_with(p->name, S("@")) || str_equal(p->name, S("UnMaskedData")))
		return OK; /* seen elsewhere */
	if (is_unsupported(p->name))
		return problem_say(arena, problem, 501, CODE_BAD_QUERY, "The query option '%.*s' is not supported.",
				   STR_ARG(p->name));
	return bad(arena, problem, "Unknown query option", p->name);
}

err odata_query_parse(const struct table *t, const struct url_params *params, const struct odata_caller *who, struct arena *arena,
		      struct problem *problem, struct odata_query *out)
{
	*out = (struct odata_query){ .table = t, .top = -1, .conceal = who->conceal };
	TRY(odata_select_parse(t, (str){ 0 }, false, arena, problem, out));
	for (size_t i = 0; i < params->count; i++) {
		if (url_param_count(params, params->items[i].name) > 1)
			return bad(arena, problem, "A query option is given twice", params->items[i].name);
		TRY(option_parse(t, &params->items[i], who, arena, problem, out));
	}
	return OK;
}

static bool is_alias_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

err odata_aliases_expand(str text, const struct odata_caller *who, struct arena *arena, struct problem *problem, str *out)
{
	SCOPED(buffer) b = { 0 };
	bool quoted = false;
	*out = text;
	if (!who->aliases || str_find_char(text, '@', 0) == SIZE_MAX)
		return OK;
	buffer_init(&b, FILTER_LEN_MAX);
	for (size_t i = 0; i < text.len;) {
		size_t end = i + 1;
		str value;
		quoted ^= text.at[i] == '\'';
		if (text.at[i] != '@' || quoted) {
			buffer_append_char(&b, text.at[i++]);
			continue;
		}
		while (end < text.len && is_alias_char(text.at[end]))
			end++;
		if (!url_param_find(who->aliases, str_slice(text, i, end), &value))
			return bad(arena, problem, "There is no parameter of this name", str_slice(text, i, end));
		buffer_append_str(&b, value);
		i = end;
	}
	if (b.failed)
		return problem_say(arena, problem, 400, CODE_BAD_QUERY, "The filter is longer than %d octets.", FILTER_LEN_MAX);
	*out = str_copy(arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}
