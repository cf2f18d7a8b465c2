#include "data/odata_apply.h"

#include "data/odata_parser.h"

static const struct {
	const char *word;
	enum aggregate_method method;
} methods[] = {
	{ "sum", AGGREGATE_SUM }, { "average", AGGREGATE_AVERAGE }, { "min", AGGREGATE_MIN }, { "max", AGGREGATE_MAX },
	{ "countdistinct", AGGREGATE_COUNT_DISTINCT },
};

static err bad(struct parser *p, const char *what, str text)
{
	return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "%s: '%.*s'.", what, STR_ARG(text));
}

static bool is_number(const struct column *c)
{
	return c->type == TYPE_INTEGER || c->type == TYPE_BIGINT || c->type == TYPE_DECIMAL || c->type == TYPE_MONEY || c->type == TYPE_DOUBLE;
}

static bool fits(enum aggregate_method method, const struct column *c)
{
	if (method == AGGREGATE_COUNT_DISTINCT)
		return true;
	return is_number(c) || ((c->type == TYPE_DATETIME || c->type == TYPE_DATE) && (method == AGGREGATE_MIN || method == AGGREGATE_MAX));
}

static err method_read(struct parser *p, struct aggregate *a)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (parser_at_word(p, str_of(methods[i].word)))
			a->method = methods[i].method;
	if (!a->method)
		return parser_syntax(p, "sum, average, min, max or countdistinct");
	if (!fits(a->method, a->column))
		return bad(p, "This column cannot be aggregated so", a->column->logical_name);
	odata_lex_next(&p->lexer);
	return OK;
}

/* Names of results must not look like anything else in the answer. */
static bool is_name(str text)
{
	bool good = text.len > 0 && text.len <= 64 && !(text.at[0] >= '0' && text.at[0] <= '9');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
	}
	return good;
}

static err name_read(struct parser *p, struct apply *out, struct aggregate *a)
{
	if (!parser_at_word(p, S("as")))
		return parser_syntax(p, "'as' and a name");
	odata_lex_next(&p->lexer);
	a->name = p->lexer.token.text;
	if (p->lexer.token.kind != TOKEN_WORD || !is_name(a->name) || table_column_by_wire_name(p->table, a->name))
		return parser_syntax(p, "a name that no column has");
	for (size_t i = 0; i + 1 < out->aggregate_count; i++)
		if (str_equal(out->aggregates[i].name, a->name))
			return bad(p, "$apply gives a name twice", a->name);
	odata_lex_next(&p->lexer);
	return OK;
}

static err aggregate_read(struct parser *p, struct apply *out)
{
	if (out->aggregate_count == APPLY_AGGREGATES_MAX)
		return bad(p, "$apply has too many aggregates", p->lexer.token.text);
	struct aggregate *a = &out->aggregates[out->aggregate_count++];
	if (parser_at_word(p, S("$count"))) {
		a->method = AGGREGATE_COUNT;
		odata_lex_next(&p->lexer);
		return name_read(p, out, a);
	}
	TRY(parser_column(p, &a->column, &a->route));
	if (!parser_at_word(p, S("with")))
		return parser_syntax(p, "'with' and a method");
	odata_lex_next(&p->lexer);
	TRY(method_read(p, a));
	return name_read(p, out, a);
}

/* The present token is the word `aggregate`. */
static err aggregates_read(struct parser *p, struct apply *out)
{
	do {
		odata_lex_next(&p->lexer);
		if (!out->aggregate_count)
			TRY(parser_take(p, TOKEN_OPEN, "'('"));
		TRY(aggregate_read(p, out));
	} while (p->lexer.token.kind == TOKEN_COMMA);
	return parser_take(p, TOKEN_CLOSE, "')'");
}

static err group_read(struct parser *p, struct apply *out)
{
	size_t from = p->lexer.token.position;
	if (out->group_count == APPLY_GROUPS_MAX)
		return bad(p, "$apply groups by too many columns", p->lexer.token.text);
	struct group *g = &out->groups[out->group_count++];
	TRY(parser_column(p, &g->column, &g->route));
	g->path = str_trim(str_slice(p->lexer.text, from, p->lexer.token.position));
	for (size_t i = 0; i + 1 < out->group_count; i++)
		if (str_equal(out->groups[i].path, g->path))
			return bad(p, "$apply groups by a column twice", g->path);
	return column_is_unordered(g->column) ? bad(p, "Rows cannot be grouped by a column of this type", g->path) : OK;
}

static err groupby_read(struct parser *p, struct apply *out)
{
	odata_lex_next(&p->lexer);
	TRY(parser_take(p, TOKEN_OPEN, "'(('"));
	TRY(parser_take(p, TOKEN_OPEN, "'(('"));
	TRY(group_read(p, out));
	while (p->lexer.token.kind == TOKEN_COMMA) {
		odata_lex_next(&p->lexer);
		TRY(group_read(p, out));
	}
	TRY(parser_take(p, TOKEN_CLOSE, "')'"));
	if (p->lexer.token.kind == TOKEN_COMMA) {
		odata_lex_next(&p->lexer);
		if (!parser_at_word(p, S("aggregate")))
			return parser_syntax(p, "aggregate(...)");
		TRY(aggregates_read(p, out));
	}
	return parser_take(p, TOKEN_CLOSE, "')'");
}

/* The filter is a text of its own, up to the bracket that closes it. */
static err filter_read(struct parser *p, struct apply *out)
{
	odata_lex_next(&p->lexer);
	if (p->lexer.token.kind != TOKEN_OPEN)
		return parser_syntax(p, "'('");
	size_t from = p->lexer.token.position + 1, depth = 1, at = from;
	bool quoted = false;
	for (; at < p->lexer.text.len && depth; at++) {
		char c = p->lexer.text.at[at];
		if (c == '\'')
			quoted = !quoted;
		else if (!quoted)
			depth += (c == '(') - (c == ')');
	}
	if (depth)
		return parser_syntax(p, "a condition with its ')'");
	TRY(odata_filter_parse(p->table, str_slice(p->lexer.text, from, at - 1), p->who, p->arena, p->problem, &out->filter));
	p->lexer.at = at;
	odata_lex_next(&p->lexer);
	if (p->lexer.token.kind != TOKEN_SLASH)
		return parser_syntax(p, "'/' and groupby or aggregate");
	odata_lex_next(&p->lexer);
	return OK;
}

static err text_read(struct parser *p, str text, struct apply *out)
{
	if (text.len > FILTER_LEN_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "$apply is longer than %d octets.", FILTER_LEN_MAX);
	odata_lex_start(&p->lexer, text, p->arena);
	if (parser_at_word(p, S("filter")))
		TRY(filter_read(p, out));
	if (parser_at_word(p, S("groupby")))
		TRY(groupby_read(p, out));
	else if (parser_at_word(p, S("aggregate")))
		TRY(aggregates_read(p, out));
	else
		return parser_syntax(p, "filter(...)/, groupby(...) or aggregate(...)");
	return p->lexer.token.kind == TOKEN_END ? OK : parser_syntax(p, "the end of $apply");
}

static err order_place(struct parser *p, const struct apply *a, str name, size_t *out)
{
	for (*out = 0; *out < a->group_count; (*out)++)
		if (str_equal(a->groups[*out].path, name))
			return OK;
	for (; *out < a->group_count + a->aggregate_count; (*out)++)
		if (str_equal(a->aggregates[*out - a->group_count].name, name))
			return OK;
	return bad(p, "$orderby beside $apply needs a group or a name of it", name);
}

static err order_read(struct parser *p, str text, struct apply *out)
{
	str item;
	while (str_split(&text, ',', &item)) {
		str name = str_trim(item), direction = S("asc");
		size_t blank = str_find_char(name, ' ', 0);
		if (blank != SIZE_MAX) {
			direction = str_trim(str_from(name, blank));
			name = str_slice(name, 0, blank);
		}
		bool descending = str_equal(direction, S("desc"));
		if (!descending && !str_equal(direction, S("asc")))
			return bad(p, "Expected asc or desc in $orderby", direction);
		if (out->order_count == ORDER_MAX)
			return bad(p, "$orderby has too many columns", item);
		TRY(order_place(p, out, name, &out->order[out->order_count].at));
		out->order[out->order_count++].descending = descending;
	}
	return OK;
}

static err option_read(struct parser *p, const struct url_param *option, struct apply *out)
{
	uint64_t n;
	if (str_equal(option->name, S("$orderby")))
		return order_read(p, option->value, out);
	if (str_equal(option->name, S("$top"))) {
		if (!str_to_u64(option->value, &n) || n < 1)
			return bad(p, "$top must be a positive number", option->value);
		out->top = n > APPLY_ROWS_MAX ? APPLY_ROWS_MAX : (int64_t)n;
		return OK;
	}
	if (str_equal(option->name, S("$apply")) || str_starts_with(option->name, S("@")) ||
	    str_equal(option->name, S("UnMaskedData")))
		return OK;
	return bad(p, "This query option cannot stand beside $apply", option->name);
}

err odata_apply_parse(const struct table *t, const struct url_params *params, const struct odata_caller *who, struct arena *arena,
		      struct problem *problem, struct apply *out)
{
	struct parser p = { .table = t, .who = who, .arena = arena, .problem = problem };
	str text = S("");
	*out = (struct apply){ .table = t, .top = -1 };
	(void)url_param_find(params, S("$apply"), &text);
	TRY(text_read(&p, text, out));
	for (size_t i = 0; i < params->count; i++) {
		if (url_param_count(params, params->items[i].name) > 1)
			return bad(&p, "A query option is given twice", params->items[i].name);
		TRY(option_read(&p, &params->items[i], out));
	}
	return OK;
}
