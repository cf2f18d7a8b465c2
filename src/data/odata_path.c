/* data/odata_path.c */
#include "data/odata_path.h"

#include "codec/url.h"
#include "data/odata_lex.h"

static err unknown(struct arena *arena, struct problem *problem, str text)
{
	return problem_say(arena, problem, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(text));
}

/* An argument begins at the present token. False on bad grammar. */
/* ['a','b'] as it stands; whoever knows the function reads it. */
static bool list_take(struct odata_lexer *l, struct path_argument *out)
{
	size_t from = l->token.position;
	while (l->token.kind != TOKEN_BRACKET_CLOSE) {
		if (l->token.kind == TOKEN_END || l->token.kind == TOKEN_BAD)
			return false;
		odata_lex_next(l);
	}
	out->value = str_slice(l->text, from, l->token.position + 1);
	odata_lex_next(l);
	return true;
}

static bool argument_read(struct odata_lexer *l, struct path_argument *out)
{
	struct odata_token t = l->token;
	if (t.kind == TOKEN_BRACKET_OPEN && out->name.len)
		return list_take(l, out);
	if (t.kind != TOKEN_WORD && t.kind != TOKEN_STRING)
		return false;
	odata_lex_next(l);
	if (t.kind == TOKEN_WORD && l->token.kind == TOKEN_EQUALS && out->name.len == 0) {
		out->name = t.text;
		odata_lex_next(l);
		return argument_read(l, out);
	}
	if (t.kind == TOKEN_WORD && l->token.kind == TOKEN_STRING) {
		t = l->token;
		odata_lex_next(l);
	}
	out->value = t.text;
	out->quoted = t.kind == TOKEN_STRING;
	return true;
}

static bool arguments_read(struct odata_lexer *l, struct path_segment *out)
{
	out->has_arguments = true;
	odata_lex_next(l);
	if (l->token.kind == TOKEN_CLOSE) {
		odata_lex_next(l);
		return true;
	}
	for (;;) {
		if (out->argument_count == PATH_ARGUMENTS_MAX || !argument_read(l, &out->argument[out->argument_count]))
			return false;
		out->argument_count++;
		if (l->token.kind == TOKEN_CLOSE)
			break;
		if (l->token.kind != TOKEN_COMMA)
			return false;
		odata_lex_next(l);
	}
	odata_lex_next(l);
	return true;
}

static bool segment_read(str text, struct arena *arena, struct path_segment *out)
{
	struct odata_lexer l;
	odata_lex_start(&l, text, arena);
	if (l.token.kind != TOKEN_WORD)
		return false;
	out->name = l.token.text;
	odata_lex_next(&l);
	if (l.token.kind == TOKEN_OPEN && !arguments_read(&l, out))
		return false;
	return l.token.kind == TOKEN_END;
}

err odata_path_parse(str raw, struct arena *arena, struct problem *problem, struct odata_path *out)
{
	str piece, text;
	*out = (struct odata_path){ 0 };
	if (raw.len > PATH_LEN_MAX)
		return problem_say(arena, problem, 404, CODE_UNKNOWN_PATH, "The path is too long.");
	if (str_ends_with(raw, S("/")))
		raw = str_slice(raw, 0, raw.len - 1);
	if (raw.len == 0)
		return OK;
	while (str_split(&raw, '/', &piece)) {
		if (out->count == PATH_SEGMENTS_MAX || failed(url_decode(piece, false, arena, &text)))
			return unknown(arena, problem, piece);
		if (!segment_read(text, arena, &out->segment[out->count]))
			return unknown(arena, problem, text);
		out->count++;
	}
	return OK;
}

const struct path_argument *path_argument_find(const struct path_segment *s, str name)
{
	for (size_t i = 0; i < s->argument_count; i++)
		if (str_equal(s->argument[i].name, name))
			return &s->argument[i];
	return NULL;
}

bool odata_reference_parse(str text, struct arena *arena, struct path_segment *out)
{
	size_t slash = text.len;
	while (slash > 0 && text.at[slash - 1] != '/')
		slash--;
	*out = (struct path_segment){ 0 };
	return text.len <= PATH_LEN_MAX && segment_read(str_from(text, slash), arena, out) && out->argument_count >= 1;
}
