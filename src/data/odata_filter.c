/* data/odata_filter.c - $filter by recursive descent.
 *
 *   or      = and ( "or" and )*
 *   and     = unary ( "and" unary )*
 *   unary   = "not" unary | "(" or ")" | test
 *   (PropertyName is a column, or a path like an operand's)
 *   test    = function "(" column "," string ")" | "Microsoft.Dynamics.CRM.X(PropertyName='c',PropertyValues=['a',...])"
 *           | "Microsoft.Dynamics.CRM.Y(PropertyName='c'[,PropertyValue='a'])" | operand op operand
 *           | collection "/" ( "any" "(" [ variable ":" or ] ")" | "all" "(" variable ":" or ")" )
 *   operand = [ ( variable | "$it" ) "/" ] ( navigation "/" )* column
 * Depth and number of terms are bounded. */
#include "data/odata_parser.h"
#include "data/odata_relative.h"

err parser_node(struct parser *p, enum filter_kind kind, struct filter **out)
{
	if (kind >= FILTER_COMPARE && ++p->terms > FILTER_TERMS_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "The filter has more than %d conditions.",
				   FILTER_TERMS_MAX);
	*out = NEW(p->arena, struct filter);
	TRY_NEW(*out);
	(*out)->kind = kind;
	return OK;
}

static err value_read(struct parser *p, const struct column *c, struct value *out)
{
	const struct odata_token *t = &p->lexer.token;
	if (t->kind != TOKEN_WORD && t->kind != TOKEN_STRING)
		return parser_syntax(p, "a value");
	if (++p->values > FILTER_VALUES_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "The filter has more than %d values.",
				   FILTER_VALUES_MAX);
	TRY(value_of_literal(c, t->text, t->kind == TOKEN_STRING, p->arena, p->problem, out));
	odata_lex_next(&p->lexer);
	return OK;
}

static err one_value(struct parser *p, const struct column *c, struct filter *node)
{
	struct value *v = NEW(p->arena, struct value);
	TRY_NEW(v);
	TRY(value_read(p, c, v));
	node->values = v;
	node->value_count = 1;
	return OK;
}

/* --- functions --- */

static const struct {
	const char *name;
	enum like_kind kind;
} likes[] = { { "contains", LIKE_CONTAINS }, { "startswith", LIKE_STARTS }, { "endswith", LIKE_ENDS } };

bool parser_at_like(const struct parser *p, enum like_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(likes); i++) {
		if (!parser_at_word(p, str_of(likes[i].name)))
			continue;
		*out = likes[i].kind;
		return true;
	}
	return false;
}

static err like_read(struct parser *p, enum like_kind kind, const struct filter **out)
{
	struct filter *node;
	TRY(parser_node(p, FILTER_LIKE, &node));
	node->like = kind;
	odata_lex_next(&p->lexer);
	TRY(parser_take(p, TOKEN_OPEN, "'('"));
	TRY(parser_column(p, &node->column, &node->route));
	if (node->column->type != TYPE_STRING && node->column->type != TYPE_MEMO)
		return parser_syntax(p, "a text column before this");
	TRY(parser_take(p, TOKEN_COMMA, "','"));
	if (p->lexer.token.kind != TOKEN_STRING)
		return parser_syntax(p, "text in single quotes");
	TRY(one_value(p, node->column, node));
	TRY(parser_take(p, TOKEN_CLOSE, "')'"));
	*out = node;
	return OK;
}

static const struct {
	const char *name;
	enum filter_kind kind;
	bool negated;
} functions[] = {
	{ "Microsoft.Dynamics.CRM.In", FILTER_IN, false },
	{ "Microsoft.Dynamics.CRM.NotIn", FILTER_IN, true },
	{ "Microsoft.Dynamics.CRM.Between", FILTER_BETWEEN, false },
	{ "Microsoft.Dynamics.CRM.NotBetween", FILTER_BETWEEN, true },
	{ "Microsoft.Dynamics.CRM.ContainValues", FILTER_HOLDS, false },
	{ "Microsoft.Dynamics.CRM.DoesNotContainValues", FILTER_HOLDS, true },
};

/* PropertyName= and PropertyValues= must come in this order, as every client writes them. */
static err property_name(struct parser *p, str name)
{
	if (!parser_at_word(p, name))
		return parser_syntax(p, "PropertyName='...',PropertyValues=[...]");
	odata_lex_next(&p->lexer);
	return parser_take(p, TOKEN_EQUALS, "'='");
}

/* Inside the list numbers and GUIDs may be quoted: the vendor's parameter is a collection of strings. */
static err list_value(struct parser *p, const struct column *c, struct value *out)
{
	struct odata_token *t = &p->lexer.token;
	bool text = c->type == TYPE_STRING || c->type == TYPE_MEMO || c->type == TYPE_CHOICES;
	if (t->kind == TOKEN_STRING && !text)
		t->kind = TOKEN_WORD;
	TRY(value_read(p, c, out));
	return out->kind == VALUE_NULL ? parser_syntax(p, "a value other than null") : OK;
}

static err list_read(struct parser *p, struct filter *node)
{
	struct value *values = NEW_ARRAY(p->arena, struct value, FILTER_VALUES_MAX - p->values + 1);
	/* of choices each value is one number */
	static const struct column number = { .type = TYPE_INTEGER, .logical_name = { "PropertyValues", 14 }, .min = INT32_MIN, .max = INT32_MAX };
	const struct column *c = node->kind == FILTER_HOLDS ? &number : node->column;
	TRY_NEW(values);
	TRY(parser_take(p, TOKEN_BRACKET_OPEN, "'['"));
	for (;;) {
		TRY(list_value(p, c, &values[node->value_count]));
		node->value_count++;
		if (p->lexer.token.kind != TOKEN_COMMA)
			break;
		odata_lex_next(&p->lexer);
	}
	node->values = values;
	if (node->kind == FILTER_BETWEEN && node->value_count != 2)
		return parser_syntax(p, "two values");
	return parser_take(p, TOKEN_BRACKET_CLOSE, "']'");
}

/* "(PropertyName='column'", "(PropertyName='variable/lookup/column'" */
static err property_column(struct parser *p, const struct column **out, const struct route **out_route)
{
	const struct table *t = NULL;
	str name;
	odata_lex_next(&p->lexer);
	TRY(parser_take(p, TOKEN_OPEN, "'('"));
	TRY(property_name(p, S("PropertyName")));
	if (p->lexer.token.kind != TOKEN_STRING)
		return parser_syntax(p, "the column's name in single quotes");
	TRY(parser_path(p, p->lexer.token.text, &t, &name, out_route));
	*out = table_column_by_wire_name(t, name);
	if (!*out)
		return parser_column_find(p, t, name, p->lexer.token.position, out);
	odata_lex_next(&p->lexer);
	return odata_column_guard(p->who, t, *out, p->arena, p->problem);
}

static err negate_if(struct parser *p, bool negated, struct filter *node, const struct filter **out)
{
	struct filter *outer;
	*out = node;
	if (!negated)
		return OK;
	TRY(parser_node(p, FILTER_NOT, &outer));
	outer->left = node;
	*out = outer;
	return OK;
}

static err function_read(struct parser *p, enum filter_kind kind, bool negated, const struct filter **out)
{
	struct filter *node;
	TRY(parser_node(p, kind, &node));
	TRY(property_column(p, &node->column, &node->route));
	if ((kind == FILTER_HOLDS && node->column->type != TYPE_CHOICES) || (kind == FILTER_BETWEEN && column_is_unordered(node->column)))
		return parser_syntax(p, "a column of another kind before this");
	TRY(parser_take(p, TOKEN_COMMA, "','"));
	TRY(property_name(p, S("PropertyValues")));
	TRY(list_read(p, node));
	TRY(parser_take(p, TOKEN_CLOSE, "')'"));
	return negate_if(p, negated, node, out);
}

/* PropertyValue='2026-01-31', or a number with or without quotes. */
static err property_value(struct parser *p, str *out)
{
	TRY(parser_take(p, TOKEN_COMMA, "','"));
	TRY(property_name(p, S("PropertyValue")));
	*out = p->lexer.token.text;
	if (p->lexer.token.kind != TOKEN_STRING && p->lexer.token.kind != TOKEN_WORD)
		return parser_syntax(p, "a value");
	odata_lex_next(&p->lexer);
	return OK;
}

static err relative_read(struct parser *p, const struct relative *r, const struct filter **out)
{
	const struct column *c = NULL;
	struct filter *node;
	str value = S("");
	TRY(parser_node(p, FILTER_COMPARE, &node));
	TRY(property_column(p, &c, &node->route));
	if (relative_takes_value(r))
		TRY(property_value(p, &value));
	TRY(parser_take(p, TOKEN_CLOSE, "')'"));
	p->values += 2;
	if (p->values > FILTER_VALUES_MAX)
		return parser_syntax(p, "fewer values");
	TRY(relative_filter(r, p->who, p->table, c, value, p->arena, p->problem, node));
	if (node->kind == FILTER_TREE && node->route)
		return parser_syntax(p, "the primary id of the row itself before this");
	return negate_if(p, relative_is_negated(r), node, out);
}

/* --- comparisons --- */

static const struct {
	const char *word;
	enum compare_op op, mirrored;
} operators[] = {
	{ "eq", COMPARE_EQ, COMPARE_EQ }, { "ne", COMPARE_NE, COMPARE_NE }, { "gt", COMPARE_GT, COMPARE_LT },
	{ "ge", COMPARE_GE, COMPARE_LE }, { "lt", COMPARE_LT, COMPARE_GT }, { "le", COMPARE_LE, COMPARE_GE },
};

err parser_operator(struct parser *p, bool mirrored, enum compare_op *out)
{
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		if (parser_at_word(p, str_of(operators[i].word))) {
			*out = mirrored ? operators[i].mirrored : operators[i].op;
			odata_lex_next(&p->lexer);
			return OK;
		}
	}
	return parser_syntax(p, "eq, ne, gt, ge, lt or le");
}

/* No column has such a name, so that a misspelt column is told as such and not as a bad literal. */
static bool is_literal(str word)
{
	bool number = word.at[0] == '-' || (word.at[0] >= '0' && word.at[0] <= '9');
	struct uuid id;
	return number || str_equal(word, S("null")) || str_equal(word, S("true")) || str_equal(word, S("false")) ||
	       !failed(uuid_parse(word, &id));
}

static bool comparable(const struct column *a, const struct column *b)
{
	bool keys_alike = (a->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY)) == (b->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY));
	bool lookups = column_is_lookup(a) && column_is_lookup(b);
	return keys_alike && (a->type == b->type || lookups) && a->precision == b->precision;
}

static err order_check(struct parser *p, const struct filter *node)
{
	const struct column *c = node->column;
	bool ordered = node->op != COMPARE_EQ && node->op != COMPARE_NE;
	if (ordered && (column_is_lookup(c) || c->type == TYPE_UNIQUEID || c->type == TYPE_BOOLEAN || c->type == TYPE_CHOICES))
		return parser_syntax(p, "eq or ne for this column");
	if (ordered && node->kind == FILTER_COMPARE && node->values[0].kind == VALUE_NULL)
		return parser_syntax(p, "eq or ne with null");
	return OK;
}

/* literal op column */
static err mirrored_read(struct parser *p, struct filter *node)
{
	struct odata_token literal = p->lexer.token;
	struct value *v = NEW(p->arena, struct value);
	TRY_NEW(v);
	odata_lex_next(&p->lexer);
	TRY(parser_operator(p, true, &node->op));
	TRY(parser_column(p, &node->column, &node->route));
	TRY(value_of_literal(node->column, literal.text, literal.kind == TOKEN_STRING, p->arena, p->problem, v));
	node->values = v;
	node->value_count = 1;
	return OK;
}

/* column op literal, column op column */
static err plain_read(struct parser *p, const struct operand *o, struct filter *node)
{
	node->column = o->column;
	node->route = o->route;
	TRY(parser_operator(p, false, &node->op));
	if (p->lexer.token.kind != TOKEN_WORD || is_literal(p->lexer.token.text))
		return one_value(p, node->column, node);
	node->kind = FILTER_COMPARE_COLUMNS;
	TRY(parser_column(p, &node->other, &node->other_route));
	return comparable(node->column, node->other) ? OK : parser_syntax(p, "a column of the same type before this");
}

static err lambda_read(struct parser *p, const struct operand *o, const struct filter **out);

static err comparison_read(struct parser *p, const struct filter **out)
{
	const struct odata_token *first = &p->lexer.token;
	struct operand o;
	struct filter *node;
	if (first->kind != TOKEN_WORD && first->kind != TOKEN_STRING)
		return parser_syntax(p, "a condition");
	bool mirrored = first->kind == TOKEN_STRING || is_literal(first->text);
	if (!mirrored) {
		TRY(parser_operand(p, &o));
		if (!o.column)
			return lambda_read(p, &o, out);
	}
	TRY(parser_node(p, FILTER_COMPARE, &node));
	TRY(mirrored ? mirrored_read(p, node) : plain_read(p, &o, node));
	*out = node;
	return order_check(p, node);
}

static err test_read(struct parser *p, const struct filter **out)
{
	enum like_kind like;
	if (parser_at_like(p, &like))
		return like_read(p, like, out);
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (parser_at_word(p, str_of(functions[i].name)))
			return function_read(p, functions[i].kind, functions[i].negated, out);
	static const str space = { "Microsoft.Dynamics.CRM.", 23 };
	const struct odata_token *t = &p->lexer.token;
	bool named = t->kind == TOKEN_WORD && str_starts_with(t->text, space);
	const struct relative *r = named ? relative_find(str_from(t->text, space.len)) : NULL;
	return r ? relative_read(p, r, out) : comparison_read(p, out);
}

/* --- logic --- */

static err or_read(struct parser *p, const struct filter **out);

/* "x:" or "x :" in front of the predicate; the colon may touch what follows, so the lexer is set behind it. */
static err variable_read(struct parser *p, str *out)
{
	struct odata_token *t = &p->lexer.token;
	if (t->kind != TOKEN_WORD)
		return parser_syntax(p, "a variable and ':'");
	size_t colon = str_find_char(t->text, ':', 0);
	*out = str_slice(t->text, 0, colon == SIZE_MAX ? t->text.len : colon);
	if (colon == SIZE_MAX) {
		odata_lex_next(&p->lexer);
		colon = t->kind == TOKEN_WORD && t->text.at[0] == ':' ? 0 : SIZE_MAX;
	}
	if (colon == SIZE_MAX || !out->len)
		return parser_syntax(p, "a variable and ':'");
	p->lexer.at = t->position + colon + 1;
	odata_lex_next(&p->lexer);
	for (size_t i = 0; i < p->scope_count; i++)
		if (str_equal(p->scopes[i].name, *out))
			return parser_syntax(p, "a variable that is not in use");
	return OK;
}

/* The collection is read: any(), any(x:...), all(x:...). */
static err lambda_read(struct parser *p, const struct operand *o, const struct filter **out)
{
	bool all = parser_at_word(p, S("all"));
	struct filter *node;
	if (!all && !parser_at_word(p, S("any")))
		return parser_syntax(p, "any or all");
	if (p->scope_count == LAMBDA_DEPTH_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "Lambdas are nested more than %d deep.", LAMBDA_DEPTH_MAX);
	odata_lex_next(&p->lexer);
	TRY(parser_take(p, TOKEN_OPEN, "'('"));
	TRY(parser_node(p, all ? FILTER_ALL : FILTER_ANY, &node));
	node->route = o->route;
	node->scope = ++p->scopes_made;
	*out = node;
	if (!all && p->lexer.token.kind == TOKEN_CLOSE)
		return parser_take(p, TOKEN_CLOSE, "')'");
	str name;
	TRY(variable_read(p, &name));
	p->scopes[p->scope_count].name = name;
	p->scopes[p->scope_count].table = o->table;
	p->scopes[p->scope_count++].id = node->scope;
	TRY(or_read(p, &node->left));
	p->scope_count--;
	return parser_take(p, TOKEN_CLOSE, "')'");
}

static err unary_read(struct parser *p, const struct filter **out)
{
	struct filter *node;
	if (++p->depth > FILTER_DEPTH_MAX)
		return problem_say(p->arena, p->problem, 400, CODE_BAD_QUERY, "The filter is nested more than %d deep.",
				   FILTER_DEPTH_MAX);
	if (parser_at_word(p, S("not"))) {
		odata_lex_next(&p->lexer);
		TRY(parser_node(p, FILTER_NOT, &node));
		TRY(unary_read(p, &node->left));
		*out = node;
	} else if (p->lexer.token.kind == TOKEN_OPEN) {
		odata_lex_next(&p->lexer);
		TRY(or_read(p, out));
		TRY(parser_take(p, TOKEN_CLOSE, "')'"));
	} else {
		TRY(p->test ? p->test(p, out) : test_read(p, out));
	}
	p->depth--;
	return OK;
}

static err joined(struct parser *p, enum filter_kind kind, const struct filter *left, const struct filter *right,
		  const struct filter **out)
{
	struct filter *node;
	TRY(parser_node(p, kind, &node));
	node->left = left;
	node->right = right;
	*out = node;
	return OK;
}

static err and_read(struct parser *p, const struct filter **out)
{
	const struct filter *right;
	TRY(unary_read(p, out));
	while (parser_at_word(p, S("and"))) {
		odata_lex_next(&p->lexer);
		TRY(unary_read(p, &right));
		TRY(joined(p, FILTER_AND, *out, right, out));
	}
	return OK;
}

static err or_read(struct parser *p, const struct filter **out)
{
	const struct filter *right;
	TRY(and_read(p, out));
	while (parser_at_word(p, S("or"))) {
		odata_lex_next(&p->lexer);
		TRY(and_read(p, &right));
		TRY(joined(p, FILTER_OR, *out, right, out));
	}
	return OK;
}

err parser_condition(struct parser *p, str text, const struct filter **out)
{
	odata_lex_start(&p->lexer, text, p->arena);
	TRY(or_read(p, out));
	return p->lexer.token.kind == TOKEN_END ? OK : parser_syntax(p, "the end, 'and' or 'or'");
}

err odata_filter_parse(const struct table *t, str text, const struct odata_caller *who, struct arena *arena, struct problem *problem,
		       const struct filter **out)
{
	struct parser p = { .table = t, .who = who, .arena = arena, .problem = problem };
	if (text.len > FILTER_LEN_MAX)
		return problem_say(arena, problem, 400, CODE_BAD_QUERY, "The filter is longer than %d octets.", FILTER_LEN_MAX);
	TRY(odata_aliases_expand(text, who, arena, problem, &text));
	return parser_condition(&p, text, out);
}
