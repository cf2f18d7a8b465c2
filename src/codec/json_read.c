#include "codec/json_read.h"

#include "base/map.h"
#include "codec/utf8.h"

enum { MEMBERS_COMPARED_ONE_BY_ONE = 16 };

struct parse {
	const uint8_t *start, *at, *end;
	struct arena *arena;
	struct json_limits limits;
	size_t values, depth;
};

static void skip_blanks(struct parse *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
}

static bool take(struct parse *p, char c)
{
	if (p->at == p->end || *p->at != (uint8_t)c)
		return false;
	p->at++;
	return true;
}

static bool take_word(struct parse *p, str word)
{
	if ((size_t)(p->end - p->at) < word.len || memcmp(p->at, word.at, word.len) != 0)
		return false;
	p->at += word.len;
	return true;
}

static bool is_digit(const struct parse *p)
{
	return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

static bool take_digits(struct parse *p)
{
	if (!is_digit(p))
		return false;
	while (is_digit(p))
		p->at++;
	return true;
}

static err parse_number(struct parse *p, struct json *v)
{
	const uint8_t *from = p->at;
	take(p, '-');
	if (take(p, '0')) {
		if (is_digit(p))
			FAIL(ERR_INVALID, "number with a leading zero");
	} else if (!take_digits(p)) {
		FAIL(ERR_INVALID, "not a JSON value");
	}
	if (take(p, '.') && !take_digits(p))
		FAIL(ERR_INVALID, "number without digits after its point");
	if (take(p, 'e') || take(p, 'E')) {
		if (!take(p, '+'))
			take(p, '-');
		if (!take_digits(p))
			FAIL(ERR_INVALID, "number without digits in its exponent");
	}
	v->kind = JSON_NUMBER;
	v->text = str_copy(p->arena, (str){ (const char *)from, (size_t)(p->at - from) });
	TRY_NEW(v->text.at);
	return OK;
}

static bool take_hex4(struct parse *p, uint32_t *out)
{
	uint32_t value = 0;
	if (p->end - p->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = ascii_lower((char)*p->at++);
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

static err parse_unicode_escape(struct parse *p, char *to, size_t *len)
{
	uint32_t point, low;
	if (!take_hex4(p, &point))
		FAIL(ERR_INVALID, "\\u without four hexadecimal digits");
	if (point == 0)
		FAIL(ERR_INVALID, "NUL in a string");
	if (point >= 0xdc00 && point <= 0xdfff)
		FAIL(ERR_INVALID, "low surrogate alone");
	if (point >= 0xd800 && point <= 0xdbff) {
		if (!take(p, '\\') || !take(p, 'u') || !take_hex4(p, &low) || low < 0xdc00 || low > 0xdfff)
			FAIL(ERR_INVALID, "high surrogate alone");
		point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
	}
	*len += utf8_encode(point, to + *len);
	return OK;
}

static err parse_escape(struct parse *p, char *to, size_t *len)
{
	static const char plain[] = "\"\\/bfnrt", value[] = "\"\\/\b\f\n\r\t";
	if (p->at == p->end)
		FAIL(ERR_INVALID, "string without its end");
	char c = (char)*p->at++;
	if (c == 'u')
		return parse_unicode_escape(p, to, len);
	const char *hit = c ? strchr(plain, c) : NULL;
	if (!hit)
		FAIL(ERR_INVALID, "unknown escape in a string");
	to[(*len)++] = value[hit - plain];
	return OK;
}

/* Where the text that stands for itself ends: ASCII without escapes and controls. */
static const uint8_t *plain_end(const struct parse *p)
{
	const uint8_t *at = p->at;
	while (at < p->end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

static err parse_string(struct parse *p, str *out)
{
	const uint8_t *plain = plain_end(p);
	if (plain < p->end && *plain == '"') { /* names and most values: copied as they are */
		*out = str_copy(p->arena, (str){ (const char *)p->at, (size_t)(plain - p->at) });
		p->at = plain + 1;
		TRY_NEW(out->at);
		return OK;
	}
	const uint8_t *end = p->at; /* the closing quote: an escape never makes text longer */
	while (end < p->end && *end != '"')
		end += *end == '\\' ? 2 : 1;
	if (end >= p->end)
		FAIL(ERR_INVALID, "string without its end");
	char *to = arena_alloc(p->arena, (size_t)(end - p->at) + 4);
	TRY_NEW(to);
	size_t len = 0;
	while (p->at < p->end && *p->at != '"') {
		uint8_t c = *p->at++;
		if (c < 0x20)
			FAIL(ERR_INVALID, "control character in a string");
		if (c == '\\')
			TRY(parse_escape(p, to, &len));
		else
			to[len++] = (char)c;
	}
	if (!take(p, '"'))
		FAIL(ERR_INVALID, "string without its end");
	*out = (str){ to, len };
	if (!utf8_is_valid(*out))
		FAIL(ERR_INVALID, "string that is not UTF-8");
	return OK;
}

static err parse_value(struct parse *p, str name, const struct json **out);

static err parse_array(struct parse *p, struct json *v)
{
	const struct json **link = &v->first;
	v->kind = JSON_ARRAY;
	skip_blanks(p);
	if (take(p, ']'))
		return OK;
	for (;;) {
		TRY(parse_value(p, (str){ 0 }, link));
		/* The tree is immutable to its readers; the parser that builds it may set the link. */
		link = (const struct json **)(uintptr_t)&(*link)->next;
		v->count++;
		skip_blanks(p);
		if (take(p, ']'))
			return OK;
		if (!take(p, ','))
			FAIL(ERR_INVALID, "no ',' between elements");
	}
}

/* Few members are compared one by one; from then on a map remembers the names. */
static err refuse_duplicate(struct parse *p, const struct json *object, str name, struct map **seen)
{
	if (object->count < MEMBERS_COMPARED_ONE_BY_ONE) {
		if (json_member(object, name))
			FAIL(ERR_INVALID, "member given twice");
		return OK;
	}
	if (!*seen) {
		/* The arena's address is different in each process and unknown to the peer. */
		*seen = map_new(p->arena, (struct map_seed){ (uintptr_t)p->arena, (uintptr_t)object });
		TRY_NEW(*seen);
		for (const struct json *m = object->first; m; m = m->next)
			if (!map_set(*seen, m->name, p))
				FAIL(ERR_LIMIT, "memory budget of this request is spent");
	}
	if (map_get(*seen, name))
		FAIL(ERR_INVALID, "member given twice");
	if (!map_set(*seen, name, p))
		FAIL(ERR_LIMIT, "memory budget of this request is spent");
	return OK;
}

static err parse_object(struct parse *p, struct json *v)
{
	const struct json **link = &v->first;
	struct map *seen = NULL;
	v->kind = JSON_OBJECT;
	skip_blanks(p);
	if (take(p, '}'))
		return OK;
	for (;;) {
		str name;
		skip_blanks(p);
		if (!take(p, '"'))
			FAIL(ERR_INVALID, "member without a name");
		TRY(parse_string(p, &name));
		TRY(refuse_duplicate(p, v, name, &seen));
		skip_blanks(p);
		if (!take(p, ':'))
			FAIL(ERR_INVALID, "no ':' after a member's name");
		TRY(parse_value(p, name, link));
		link = (const struct json **)(uintptr_t)&(*link)->next;
		v->count++;
		skip_blanks(p);
		if (take(p, '}'))
			return OK;
		if (!take(p, ','))
			FAIL(ERR_INVALID, "no ',' between members");
	}
}

static err parse_value(struct parse *p, str name, const struct json **out)
{
	if (++p->values > p->limits.values_max)
		FAIL(ERR_LIMIT, "too many JSON values");
	struct json *v = NEW(p->arena, struct json);
	TRY_NEW(v);
	*out = v;
	v->name = name;
	skip_blanks(p);
	if (take(p, '{') || take(p, '[')) {
		bool object = p->at[-1] == '{';
		if (++p->depth > p->limits.depth_max)
			FAIL(ERR_LIMIT, "JSON nested too deeply");
		TRY(object ? parse_object(p, v) : parse_array(p, v));
		p->depth--;
		return OK;
	}
	if (take(p, '"')) {
		v->kind = JSON_STRING;
		return parse_string(p, &v->text);
	}
	if (take_word(p, S("true")))
		v->kind = JSON_TRUE;
	else if (take_word(p, S("false")))
		v->kind = JSON_FALSE;
	else if (take_word(p, S("null")))
		v->kind = JSON_NULL;
	else
		return parse_number(p, v);
	return OK;
}

err json_parse(bytes raw, struct json_limits limits, struct arena *arena, const struct json **out, size_t *out_offset)
{
	struct parse p = { raw.at, raw.at, raw.at + raw.len, arena, limits, 0, 0 };
	const struct json *root = NULL;
	err e = parse_value(&p, (str){ 0 }, &root);
	if (!failed(e)) {
		skip_blanks(&p);
		if (p.at != p.end)
			e = ERR(ERR_INVALID, "characters after the JSON value");
	}
	if (out_offset)
		*out_offset = (size_t)(p.at - p.start);
	if (!failed(e))
		*out = root;
	return e;
}

const struct json *json_member(const struct json *object, str name)
{
	if (!json_is(object, JSON_OBJECT))
		return NULL;
	for (const struct json *m = object->first; m; m = m->next)
		if (str_equal(m->name, name))
			return m;
	return NULL;
}

bool json_member_is_str(const struct json *object, str name, str *out)
{
	const struct json *m = json_member(object, name);
	if (!json_is(m, JSON_STRING))
		return false;
	*out = m->text;
	return true;
}

bool json_to_i64(const struct json *number, int64_t *out)
{
	return json_is(number, JSON_NUMBER) && str_to_i64(number->text, out);
}

bool json_member_is_i64(const struct json *object, str name, int64_t *out)
{
	return json_to_i64(json_member(object, name), out);
}

bool json_member_is_bool(const struct json *object, str name, bool *out)
{
	const struct json *m = json_member(object, name);
	if (!json_is(m, JSON_TRUE) && !json_is(m, JSON_FALSE))
		return false;
	*out = m->kind == JSON_TRUE;
	return true;
}
