#include "data/odata_expand.h"

struct reader {
	str text;
	size_t at;
	struct arena *arena;
	struct problem *problem;
};

static err bad(struct reader *r, const char *what)
{
	return problem_say(r->arena, r->problem, 400, CODE_BAD_QUERY, "$expand: %s at position %zu in '%.*s'.", what, r->at,
			   STR_ARG(r->text));
}

static char peek(const struct reader *r)
{
	return r->at < r->text.len ? r->text.at[r->at] : '\0';
}

static bool is_name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ')
		r->at++;
}

static err read_name(struct reader *r, str *out)
{
	size_t from = r->at;
	while (is_name_octet(peek(r)))
		r->at++;
	*out = str_slice(r->text, from, r->at);
	return out->len ? OK : bad(r, "a name is missing");
}

/* Up to the ';' or ')' that ends it; what stands in quotes or brackets does not. */
static err read_value(struct reader *r, str *out)
{
	size_t from = r->at, depth = 0;
	bool quoted = false;
	for (; r->at < r->text.len; r->at++) {
		char c = peek(r);
		if (c == '\'')
			quoted = !quoted; /* a doubled quote leaves and enters again */
		else if (quoted)
			continue;
		else if (c == '(')
			depth++;
		else if (depth == 0 && (c == ';' || c == ')'))
			break;
		else if (c == ')')
			depth--;
	}
	*out = str_trim(str_slice(r->text, from, r->at));
	if (quoted || r->at == r->text.len)
		return bad(r, "it is not closed");
	return out->len ? OK : bad(r, "a value is missing");
}

static err read_option(struct reader *r, struct expand_item *out)
{
	str name, value;
	size_t from = r->at;
	skip_blanks(r);
	from = r->at;
	if (peek(r) != '$')
		return bad(r, "an option begins with '$'");
	r->at++;
	TRY(read_name(r, &name));
	name = str_slice(r->text, from, r->at);
	if (peek(r) != '=')
		return bad(r, "'=' is missing");
	r->at++;
	TRY(read_value(r, &value));
	if (str_equal(name, S("$expand"))) {
		if (out->expand.len)
			return bad(r, "an option is given twice");
		out->expand = value;
		return OK;
	}
	if (out->option_count == EXPAND_OPTIONS_MAX)
		return bad(r, "there are too many options");
	for (size_t i = 0; i < out->option_count; i++)
		if (str_equal(out->options[i].name, name))
			return bad(r, "an option is given twice");
	out->options[out->option_count++] = (struct url_param){ name, value };
	return OK;
}

static err read_item(struct reader *r, struct expand_item *out)
{
	*out = (struct expand_item){ .option_count = 0 };
	skip_blanks(r);
	TRY(read_name(r, &out->name));
	if (peek(r) == '(') {
		do {
			r->at++;
			TRY(read_option(r, out));
		} while (peek(r) == ';');
		r->at++; /* read_value has ended at ')' */
	}
	skip_blanks(r);
	return OK;
}

err odata_expand_parse(str text, struct arena *arena, struct problem *problem, struct expand_item **out, size_t *out_count)
{
	struct reader r = { text, 0, arena, problem };
	*out_count = 0;
	*out = NEW_ARRAY(arena, struct expand_item, EXPAND_ITEMS_MAX);
	TRY_NEW(*out);
	for (;; r.at++) {
		if (*out_count == EXPAND_ITEMS_MAX)
			return bad(&r, "there are too many properties");
		struct expand_item *item = &(*out)[*out_count];
		TRY(read_item(&r, item));
		for (size_t i = 0; i < *out_count; i++)
			if (str_equal((*out)[i].name, item->name))
				return bad(&r, "a property is named twice");
		(*out_count)++;
		if (r.at == r.text.len)
			return OK;
		if (peek(&r) != ',')
			return bad(&r, "',' is expected");
	}
}
