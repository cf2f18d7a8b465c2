#include "data/external_policy.h"

#include "data/odata_parser.h"

enum property_root { ROOT_SUBJECT, ROOT_RESOURCE, ROOT_ACTION, ROOT_CONTEXT };
enum property_part { PART_TYPE = 1, PART_ID, PART_NAME, PART_PROPERTIES };

struct property_path {
	enum property_root root;
	enum property_part part;
	str names[PROPERTY_NAMES_MAX]; /* of PROPERTIES */
	size_t count;
};

struct property_operand {
	const struct json *literal; /* null: the path */
	struct property_path path;
};

enum property_relation { RELATION_COMPARE = 1, RELATION_IN, RELATION_LIKE };

struct property_test {
	enum property_relation relation;
	enum compare_op op;
	enum like_kind like;
	struct property_operand left, right;
};

/* --- reading --- */

static err name_take(struct parser *p, str *out)
{
	TRY(parser_take(p, TOKEN_SLASH, "'/'"));
	if (p->lexer.token.kind != TOKEN_WORD)
		return parser_syntax(p, "a name");
	*out = p->lexer.token.text;
	odata_lex_next(&p->lexer);
	return OK;
}

static err names_take(struct parser *p, struct property_path *out)
{
	do {
		if (out->count == PROPERTY_NAMES_MAX)
			return parser_syntax(p, "a shorter path");
		TRY(name_take(p, &out->names[out->count++]));
	} while (p->lexer.token.kind == TOKEN_SLASH);
	return OK;
}

/* What may follow subject/, resource/ and action/. */
static err part_take(struct parser *p, struct property_path *out)
{
	static const struct {
		const char *word;
		enum property_part part;
		bool of_action, of_entity;
	} parts[] = { { "type", PART_TYPE, false, true }, { "id", PART_ID, false, true }, { "name", PART_NAME, true, false },
		      { "properties", PART_PROPERTIES, true, true } };
	bool action = out->root == ROOT_ACTION;
	str word;
	TRY(name_take(p, &word));
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (str_equal(word, str_of(parts[i].word)) && (action ? parts[i].of_action : parts[i].of_entity))
			out->part = parts[i].part;
	if (!out->part)
		return parser_syntax(p, action ? "name or properties before this" : "type, id or properties before this");
	return out->part == PART_PROPERTIES ? names_take(p, out) : OK;
}

static err path_take(struct parser *p, struct property_path *out)
{
	static const char *const roots[] = { [ROOT_SUBJECT] = "subject", [ROOT_RESOURCE] = "resource", [ROOT_ACTION] = "action",
					     [ROOT_CONTEXT] = "context" };
	*out = (struct property_path){ 0 };
	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		if (!parser_at_word(p, str_of(roots[i])))
			continue;
		out->root = (enum property_root)i;
		odata_lex_next(&p->lexer);
		if (out->root != ROOT_CONTEXT)
			return part_take(p, out);
		out->part = PART_PROPERTIES;
		return names_take(p, out);
	}
	return parser_syntax(p, "a value, or a path from subject, resource, action or context");
}

/* *out null: the present token is none. A word that JSON reads as a single value is one: no path begins so. */
static err literal_take(struct parser *p, const struct json **out)
{
	static const struct json_limits single = { .depth_max = 1, .values_max = 1 };
	const struct odata_token *t = &p->lexer.token;
	struct json *text;
	*out = NULL;
	if (t->kind == TOKEN_STRING) {
		text = NEW(p->arena, struct json);
		TRY_NEW(text);
		*text = (struct json){ .kind = JSON_STRING, .text = t->text };
		*out = text;
	} else if (t->kind != TOKEN_WORD || failed(json_parse(bytes_of_str(t->text), single, p->arena, out, NULL))) {
		*out = NULL;
		return OK;
	}
	if (++p->values > FILTER_VALUES_MAX)
		return parser_syntax(p, "fewer values");
	odata_lex_next(&p->lexer);
	return OK;
}

static err operand_take(struct parser *p, struct property_operand *out)
{
	TRY(literal_take(p, &out->literal));
	return out->literal ? OK : path_take(p, &out->path);
}

/* "(" literal, ... ")" as an array, whose elements are copied: each is linked to the next. */
static err list_take(struct parser *p, const struct json **out)
{
	struct json *list = NEW(p->arena, struct json), *element;
	TRY_NEW(list);
	*list = (struct json){ .kind = JSON_ARRAY };
	odata_lex_next(&p->lexer);
	for (struct json *last = NULL;; last = element) {
		const struct json *literal;
		TRY(literal_take(p, &literal));
		if (!literal)
			return parser_syntax(p, "a value");
		element = NEW(p->arena, struct json);
		TRY_NEW(element);
		*element = (struct json){ .kind = literal->kind, .text = literal->text };
		if (last)
			last->next = element;
		else
			list->first = element;
		list->count++;
		if (p->lexer.token.kind != TOKEN_COMMA)
			break;
		odata_lex_next(&p->lexer);
	}
	*out = list;
	return parser_take(p, TOKEN_CLOSE, "')'");
}

static err like_take(struct parser *p, struct property_test *t)
{
	t->relation = RELATION_LIKE;
	odata_lex_next(&p->lexer);
	TRY(parser_take(p, TOKEN_OPEN, "'('"));
	TRY(operand_take(p, &t->left));
	TRY(parser_take(p, TOKEN_COMMA, "','"));
	TRY(operand_take(p, &t->right));
	return parser_take(p, TOKEN_CLOSE, "')'");
}

static err relation_take(struct parser *p, struct property_test *t)
{
	TRY(operand_take(p, &t->left));
	if (parser_at_word(p, S("in"))) {
		t->relation = RELATION_IN;
		odata_lex_next(&p->lexer);
		return p->lexer.token.kind == TOKEN_OPEN ? list_take(p, &t->right.literal) : path_take(p, &t->right.path);
	}
	t->relation = RELATION_COMPARE;
	TRY(parser_operator(p, false, &t->op));
	return operand_take(p, &t->right);
}

static err test_take(struct parser *p, const struct filter **out)
{
	struct property_test *t = NEW(p->arena, struct property_test);
	struct filter *node;
	TRY_NEW(t);
	TRY(parser_node(p, FILTER_PROPERTY, &node));
	TRY(parser_at_like(p, &t->like) ? like_take(p, t) : relation_take(p, t));
	node->property = t;
	*out = node;
	return OK;
}

err external_policy_parse(str text, struct arena *arena, struct problem *problem, const struct filter **out)
{
	struct parser p = { .arena = arena, .problem = problem, .test = test_take };
	if (text.len > FILTER_LEN_MAX)
		return problem_say(arena, problem, 400, CODE_BAD_QUERY, "The policy is longer than %d octets.", FILTER_LEN_MAX);
	return parser_condition(&p, text, out);
}

/* --- judging --- */

enum truth { UNKNOWN = 0, NO, YES };

static enum truth truth_of(bool b)
{
	return b ? YES : NO;
}

static enum truth negated(enum truth t)
{
	return t == UNKNOWN ? UNKNOWN : truth_of(t == NO);
}

/* What a path leads to; null: nothing. `room` holds what is not a tree in the question. */
static const struct json *text_at(str text, struct json *room)
{
	*room = (struct json){ .kind = JSON_STRING, .text = text };
	return text.at ? room : NULL;
}

static const struct json *descend(const struct json *said, const struct json *stored, const struct property_path *path)
{
	const struct json *v = json_member(said, path->names[0]);
	if (!v)
		v = json_member(stored, path->names[0]);
	for (size_t i = 1; i < path->count && v; i++)
		v = json_member(v, path->names[i]);
	return v;
}

static const struct json *value_of(const struct property_operand *o, const struct external_question *q, struct json *room)
{
	const struct external_entity *e = o->path.root == ROOT_SUBJECT ? &q->subject : &q->resource;
	if (o->literal)
		return o->literal;
	if (o->path.root == ROOT_CONTEXT)
		return descend(q->context, NULL, &o->path);
	if (o->path.part == PART_NAME)
		return text_at(q->action, room);
	if (o->path.root == ROOT_ACTION)
		return descend(q->action_properties, NULL, &o->path);
	if (o->path.part == PART_PROPERTIES)
		return descend(e->said, e->stored, &o->path);
	return text_at(o->path.part == PART_TYPE ? e->type : e->id, room);
}

/* A number as integer, or scaled by a million; false when neither is exact. */
static bool number_read(const struct json *v, bool scaled, int64_t *out)
{
	bool inexact = false;
	return scaled ? decimal_parse(v->text, 6, out, &inexact) && !inexact : json_to_i64(v, out);
}

static bool numbers_order(const struct json *a, const struct json *b, int *out)
{
	int64_t x, y;
	for (int scaled = 0; scaled <= 1; scaled++) {
		if (!number_read(a, scaled, &x) || !number_read(b, scaled, &y))
			continue;
		*out = (x > y) - (x < y);
		return true;
	}
	return false;
}

static bool is_bool(const struct json *v)
{
	return json_is(v, JSON_TRUE) || json_is(v, JSON_FALSE);
}

/* <0, 0, >0. False: the two have no order, or *out tells only whether they are equal (*out_ordered). */
static bool compared(const struct json *a, const struct json *b, int *out, bool *out_ordered)
{
	*out_ordered = true;
	if (json_is(a, JSON_STRING) && json_is(b, JSON_STRING)) {
		*out = str_compare(a->text, b->text);
		return true;
	}
	if (json_is(a, JSON_NUMBER) && json_is(b, JSON_NUMBER))
		return numbers_order(a, b, out);
	*out_ordered = false;
	*out = is_bool(a) && is_bool(b) && a->kind == b->kind ? 0 : 1;
	return is_bool(a) && is_bool(b);
}

static bool is_nothing(const struct json *v)
{
	return !v || v->kind == JSON_NULL;
}

static bool says_null(const struct property_operand *o)
{
	return json_is(o->literal, JSON_NULL);
}

static enum truth compare(const struct property_test *t, const struct json *a, const struct json *b)
{
	int order;
	bool ordered, equality = t->op == COMPARE_EQ || t->op == COMPARE_NE;
	if (equality && (says_null(&t->left) || says_null(&t->right)))
		return truth_of((is_nothing(a) && is_nothing(b)) == (t->op == COMPARE_EQ));
	if (!compared(a, b, &order, &ordered) || (!ordered && !equality))
		return UNKNOWN;
	switch (t->op) {
	case COMPARE_EQ:
		return truth_of(order == 0);
	case COMPARE_NE:
		return truth_of(order != 0);
	case COMPARE_GT:
		return truth_of(order > 0);
	case COMPARE_GE:
		return truth_of(order >= 0);
	case COMPARE_LT:
		return truth_of(order < 0);
	case COMPARE_LE:
		return truth_of(order <= 0);
	}
	return UNKNOWN;
}

/* Found: yes. Else an element that could not be compared leaves it open. */
static enum truth contained(const struct json *a, const struct json *list)
{
	enum truth found = NO;
	int order;
	bool ordered;
	if (is_nothing(a) || !json_is(list, JSON_ARRAY))
		return UNKNOWN;
	for (const struct json *v = list->first; v && found != YES; v = v->next) {
		if (!compared(a, v, &order, &ordered))
			found = UNKNOWN;
		else if (order == 0)
			found = YES;
	}
	return found;
}

static enum truth like(enum like_kind kind, const struct json *a, const struct json *b)
{
	if (!json_is(a, JSON_STRING) || !json_is(b, JSON_STRING))
		return UNKNOWN;
	if (kind == LIKE_STARTS)
		return truth_of(str_starts_with(a->text, b->text));
	if (kind == LIKE_ENDS)
		return truth_of(str_ends_with(a->text, b->text));
	return truth_of(str_find(a->text, b->text, 0) != SIZE_MAX);
}

static enum truth test_judge(const struct property_test *t, const struct external_question *q)
{
	struct json room[2];
	const struct json *a = value_of(&t->left, q, &room[0]), *b = value_of(&t->right, q, &room[1]);
	if (t->relation == RELATION_IN)
		return contained(a, b);
	return t->relation == RELATION_LIKE ? like(t->like, a, b) : compare(t, a, b);
}

/* The depth is bounded by the parser: FILTER_TERMS_MAX joints and FILTER_DEPTH_MAX brackets. */
static enum truth judge(const struct filter *f, const struct external_question *q)
{
	enum truth left, right;
	if (f->kind == FILTER_PROPERTY)
		return test_judge(f->property, q);
	left = judge(f->left, q);
	if (f->kind == FILTER_NOT)
		return negated(left);
	right = judge(f->right, q);
	if (f->kind == FILTER_AND)
		return left == NO || right == NO ? NO : left == YES && right == YES ? YES : UNKNOWN;
	return left == YES || right == YES ? YES : left == NO && right == NO ? NO : UNKNOWN;
}

bool external_policy_allows(const struct filter *policy, const struct external_question *q)
{
	return judge(policy, q) == YES;
}
