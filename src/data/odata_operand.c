/* data/odata_operand.c - tokens and paths of an expression. */
#include "data/odata_parser.h"

err parser_syntax(struct parser *p, const char *expected)
{
	return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "Syntax error at position %zu in the filter: expected %s.",
			   p->lexer.token.position, expected);
}

bool parser_at_word(const struct parser *p, str word)
{
	return p->lexer.token.kind == TOKEN_WORD && str_equal(p->lexer.token.text, word);
}

err parser_take(struct parser *p, enum odata_token_kind kind, const char *expected)
{
	if (p->lexer.token.kind != kind)
		return parser_syntax(p, expected);
	odata_lex_next(&p->lexer);
	return OK;
}

err parser_column_find(struct parser *p, const struct table *t, str name, size_t position, const struct column **out)
{
	const struct column *c = table_column_by_wire_name(t, name);
	if (!c || (column_is_lookup(c) && !str_equal(c->value_name, name)))
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY,
				   "Could not find a property named '%.*s' on type 'Microsoft.Dynamics.CRM.%.*s' (position %zu).",
				   STR_ARG(name), STR_ARG(t->logical_name), position);
	*out = c;
	return odata_column_guard(p->who, t, c, p->arena, p->problem);
}

/* --- paths --- */

static err word_take(struct parser *p, str *out, size_t *out_position)
{
	if (p->lexer.token.kind != TOKEN_WORD)
		return parser_syntax(p, "a column");
	*out = p->lexer.token.text;
	*out_position = p->lexer.token.position;
	odata_lex_next(&p->lexer);
	return OK;
}

static void scope_find(const struct parser *p, str name, struct route *route, const struct table **table, bool *out_found)
{
	*out_found = str_equal(name, S("$it"));
	for (size_t i = 0; i < p->scope_count; i++) {
		if (!str_equal(p->scopes[i].name, name))
			continue;
		route->scope = p->scopes[i].id;
		*table = p->scopes[i].table;
		*out_found = true;
	}
}

/* `name/` in front: the variable of a lambda around, or $it. */
static err scope_take(struct parser *p, struct route *route, const struct table **table, str *name, size_t *position)
{
	bool found;
	scope_find(p, *name, route, table, &found);
	if (!found)
		return OK;
	TRY(parser_take(p, TOKEN_SLASH, "'/'"));
	return word_take(p, name, position);
}

static err link_take(struct parser *p, const struct table *t, str name, size_t position, struct route *route, struct link **out)
{
	struct link *l = &route->links[route->count];
	if (route->count == ROUTE_LINKS_MAX || ++p->links > QUERY_LINKS_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "The filter follows too many navigation properties (position %zu).",
				   position);
	*l = (struct link){ 0 };
	if (p->who->link_find)
		TRY(p->who->link_find(p->who->guard, t, name, l));
	if (!l->table)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY,
				   "Could not find a navigation property named '%.*s' on type 'Microsoft.Dynamics.CRM.%.*s' (position %zu).",
				   STR_ARG(name), STR_ARG(t->logical_name), position);
	route->count++;
	*out = l;
	return OK;
}

static err route_keep(struct parser *p, const struct route *route, const struct route **out)
{
	struct route *kept;
	*out = NULL;
	if (!route->scope && !route->count)
		return OK;
	kept = NEW(p->arena, struct route);
	TRY_NEW(kept);
	*kept = *route;
	*out = kept;
	return OK;
}

err parser_path(struct parser *p, str text, const struct table **out_table, str *out_name, const struct route **out_route)
{
	size_t position = p->lexer.token.position;
	struct route route = { 0 };
	struct link *last;
	bool scope;
	str name = { 0 };
	*out_table = p->table;
	for (bool first = true, more = str_split(&text, '/', &name); more && text.at; first = false) {
		scope = false;
		if (first)
			scope_find(p, name, &route, out_table, &scope);
		if (!scope) {
			TRY(link_take(p, *out_table, name, position, &route, &last));
			if (last->many)
				return parser_syntax(p, "a path along lookups");
			*out_table = last->table;
		}
		more = str_split(&text, '/', &name);
	}
	*out_name = name;
	return route_keep(p, &route, out_route);
}

err parser_operand(struct parser *p, struct operand *out)
{
	struct route route = { 0 };
	struct link *last = NULL;
	size_t position;
	str name;
	*out = (struct operand){ .table = p->table };
	TRY(word_take(p, &name, &position));
	TRY(scope_take(p, &route, &out->table, &name, &position));
	if (p->lexer.token.kind == TOKEN_OPEN)
		return problem_say(p->arena, p->problem, 501, CODE_BAD_QUERY, "The function '%.*s' is not supported in a filter (position %zu).",
				   STR_ARG(name), position);
	while (p->lexer.token.kind == TOKEN_SLASH && !(last && last->many)) {
		TRY(link_take(p, out->table, name, position, &route, &last));
		odata_lex_next(&p->lexer);
		out->table = last->table;
		if (!last->many)
			TRY(word_take(p, &name, &position));
	}
	if (!(last && last->many))
		TRY(parser_column_find(p, out->table, name, position, &out->column));
	return route_keep(p, &route, &out->route);
}

/* An operand that is a column. */
err parser_column(struct parser *p, const struct column **out, const struct route **out_route)
{
	struct operand o;
	TRY(parser_operand(p, &o));
	if (!o.column)
		return parser_syntax(p, "a column, not a collection");
	*out = o.column;
	*out_route = o.route;
	return OK;
}
