/* directory/query_filter.c - $filter into SQL. */
#include "directory/query.h"

struct parser {
	str rest;
	const struct properties *properties;
	struct arena *arena;
	struct query *q;
	struct buffer sql;
	int depth;
};

static err parse_or(struct parser *p);

static void skip_blanks(struct parser *p)
{
	while (p->rest.len && p->rest.at[0] == ' ')
		p->rest = str_from(p->rest, 1);
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The next word without taking it; empty when something else stands there. */
static str peek_word(struct parser *p)
{
	size_t n = 0;

	skip_blanks(p);
	while (n < p->rest.len && is_word_char(p->rest.at[n]))
		n++;
	return str_slice(p->rest, 0, n);
}

static bool take_word(struct parser *p, str word)
{
	if (!str_equal_nocase(peek_word(p), word))
		return false;
	p->rest = str_from(p->rest, word.len);
	return true;
}

static bool take_char(struct parser *p, char c)
{
	skip_blanks(p);
	if (!p->rest.len || p->rest.at[0] != c)
		return false;
	p->rest = str_from(p->rest, 1);
	return true;
}

/* 'it''s' */
static err parse_text(struct parser *p, str *out)
{
	struct buffer b;
	bool closed = false;

	if (!take_char(p, '\''))
		FAIL(ERR_INVALID, "$filter: a text in quotes is expected");
	buffer_init(&b, QUERY_FILTER_BYTES_MAX);
	while (p->rest.len && !closed) {
		char c = p->rest.at[0];
		p->rest = str_from(p->rest, 1);
		if (c == '\'' && !(p->rest.len && p->rest.at[0] == '\''))
			closed = true;
		else
			buffer_append_char(&b, c);
		if (c == '\'' && !closed)
			p->rest = str_from(p->rest, 1);
	}
	*out = str_copy(p->arena, buffer_str(&b));
	buffer_release(&b);
	if (!closed)
		FAIL(ERR_INVALID, "$filter: a text without its closing quote");
	TRY_NEW(out->at);
	return OK;
}

static err parse_value(struct parser *p, const struct property *property, struct query_value *out)
{
	str word = { 0 };

	*out = (struct query_value){ 0 };
	if (take_word(p, S("null")))
		return OK;
	out->type = property->type;
	switch (property->type) {
	case PROPERTY_BOOL:
		out->truth = take_word(p, S("true"));
		if (!out->truth && !take_word(p, S("false")))
			FAIL(ERR_INVALID, "$filter: true or false is expected");
		return OK;
	case PROPERTY_TEXT:
		return parse_text(p, &out->text);
	case PROPERTY_UUID:
		skip_blanks(p);
		if (p->rest.len && p->rest.at[0] == '\'') {
			TRY(parse_text(p, &word));
		} else {
			word = peek_word(p);
			p->rest = str_from(p->rest, word.len);
		}
		return uuid_parse(word, &out->uuid);
	default:
		FAIL(ERR_INVALID, "$filter: this property cannot be filtered");
	}
}

static err add_value(struct parser *p, const struct query_value *value)
{
	if (p->q->value_count == QUERY_VALUES_MAX)
		FAIL(ERR_INVALID, "$filter has too many values");
	buffer_append_format(&p->sql, "?%d", QUERY_FIRST_PARAMETER + (int)p->q->value_count);
	p->q->values[p->q->value_count++] = *value;
	return OK;
}

static err parse_property(struct parser *p, const struct property **out)
{
	str name = peek_word(p);

	*out = property_find(p->properties, name);
	if (!*out || (*out)->type == PROPERTY_JSON || (*out)->type == PROPERTY_TIME)
		FAIL(ERR_INVALID, "$filter names a property that is unknown or cannot be filtered");
	p->rest = str_from(p->rest, name.len);
	return OK;
}

static void begin_comparison(struct parser *p, const struct property *property)
{
	buffer_append_format(&p->sql, "(%s%s", property->sql, property->type == PROPERTY_TEXT ? " COLLATE NOCASE" : "");
}

static err parse_starts_with(struct parser *p)
{
	const struct property *property = NULL;
	struct query_value value = { .type = PROPERTY_TEXT };

	if (!take_char(p, '('))
		FAIL(ERR_INVALID, "$filter: startsWith(property,'text') is expected");
	TRY(parse_property(p, &property));
	if (property->type != PROPERTY_TEXT || !take_char(p, ','))
		FAIL(ERR_INVALID, "$filter: startsWith(property,'text') is expected");
	TRY(parse_text(p, &value.text));
	if (!take_char(p, ')'))
		FAIL(ERR_INVALID, "$filter: a closing parenthesis is missing");
	int number = QUERY_FIRST_PARAMETER + (int)p->q->value_count;
	buffer_append_format(&p->sql, "ifnull(substr(%s, 1, length(?%d)) COLLATE NOCASE = ", property->sql, number);
	TRY(add_value(p, &value));
	buffer_append_str(&p->sql, S(", 0)"));
	return OK;
}

static err parse_in(struct parser *p, const struct property *property)
{
	struct query_value value;

	begin_comparison(p, property);
	buffer_append_str(&p->sql, S(" IS NOT NULL AND "));
	begin_comparison(p, property);
	buffer_append_str(&p->sql, S(" IN ("));
	if (!take_char(p, '('))
		FAIL(ERR_INVALID, "$filter: in wants a list in parentheses");
	do {
		TRY(parse_value(p, property, &value));
		TRY(add_value(p, &value));
		if (take_char(p, ')')) {
			buffer_append_str(&p->sql, S(")))"));
			return OK;
		}
		buffer_append_str(&p->sql, S(", "));
	} while (take_char(p, ','));
	FAIL(ERR_INVALID, "$filter: a list without its end");
}

static err parse_comparison(struct parser *p)
{
	const struct property *property = NULL;
	struct query_value value;

	TRY(parse_property(p, &property));
	if (take_word(p, S("in")))
		return parse_in(p, property);
	bool equal = take_word(p, S("eq"));
	if (!equal && !take_word(p, S("ne")))
		FAIL(ERR_INVALID, "$filter: only eq, ne, in and startsWith are supported");
	TRY(parse_value(p, property, &value));
	begin_comparison(p, property);
	buffer_append_str(&p->sql, equal ? S(" IS ") : S(" IS NOT "));
	TRY(add_value(p, &value));
	buffer_append_char(&p->sql, ')');
	return OK;
}

static err parse_not(struct parser *p)
{
	err e;

	if (++p->depth > QUERY_DEPTH_MAX)
		FAIL(ERR_INVALID, "$filter is nested too deeply");
	if (take_word(p, S("not"))) {
		buffer_append_str(&p->sql, S("NOT "));
		e = parse_not(p);
	} else if (take_char(p, '(')) {
		e = parse_or(p);
		if (!failed(e) && !take_char(p, ')'))
			e = ERR(ERR_INVALID, "$filter: a closing parenthesis is missing");
	} else if (take_word(p, S("startsWith"))) {
		e = parse_starts_with(p);
	} else {
		e = parse_comparison(p);
	}
	p->depth--;
	return e;
}

static err parse_and(struct parser *p)
{
	buffer_append_char(&p->sql, '(');
	TRY(parse_not(p));
	while (take_word(p, S("and"))) {
		buffer_append_str(&p->sql, S(" AND "));
		TRY(parse_not(p));
	}
	buffer_append_char(&p->sql, ')');
	return OK;
}

static err parse_or(struct parser *p)
{
	buffer_append_char(&p->sql, '(');
	TRY(parse_and(p));
	while (take_word(p, S("or"))) {
		buffer_append_str(&p->sql, S(" OR "));
		TRY(parse_and(p));
	}
	buffer_append_char(&p->sql, ')');
	return OK;
}

err query_filter_parse(str text, const struct properties *properties, struct arena *arena, struct query *q)
{
	struct parser p = { .rest = text, .properties = properties, .arena = arena, .q = q };

	if (text.len > QUERY_FILTER_BYTES_MAX)
		FAIL(ERR_INVALID, "$filter is too long");
	buffer_init(&p.sql, 16 * QUERY_FILTER_BYTES_MAX);
	q->value_count = 0;
	err e = parse_or(&p);
	skip_blanks(&p);
	if (!failed(e) && p.rest.len)
		e = ERR(ERR_INVALID, "$filter: something stands behind the expression");
	if (!failed(e))
		q->where = str_copy(arena, buffer_str(&p.sql));
	bool too_long = p.sql.failed;
	buffer_release(&p.sql);
	TRY(e);
	if (too_long)
		FAIL(ERR_INVALID, "$filter is too long");
	TRY_NEW(q->where.at);
	return OK;
}

err query_bind_values(const struct query *q, struct statement *s)
{
	for (size_t i = 0; i < q->value_count; i++) {
		const struct query_value *v = &q->values[i];
		int index = QUERY_FIRST_PARAMETER + (int)i;
		if (v->type == PROPERTY_TEXT)
			TRY(bind_text(s, index, v->text));
		else if (v->type == PROPERTY_BOOL)
			TRY(bind_i64(s, index, v->truth));
		else if (v->type == PROPERTY_UUID)
			TRY(bind_uuid(s, index, &v->uuid));
		else
			TRY(bind_null(s, index));
	}
	return OK;
}
