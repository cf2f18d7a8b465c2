/* data/odata_lex.c */
#include "data/odata_lex.h"

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' ||
	       c == '-' || c == '+' || c == '@' || c == '$';
}

static enum odata_token_kind single(char c)
{
	switch (c) {
	case '(':
		return TOKEN_OPEN;
	case ')':
		return TOKEN_CLOSE;
	case ',':
		return TOKEN_COMMA;
	case '=':
		return TOKEN_EQUALS;
	case '[':
		return TOKEN_BRACKET_OPEN;
	case ']':
		return TOKEN_BRACKET_CLOSE;
	case '/':
		return TOKEN_SLASH;
	default:
		return TOKEN_BAD;
	}
}

/* at stands behind the opening quote. */
static void string_read(struct odata_lexer *l)
{
	char *out = arena_alloc(l->arena, l->text.len - l->at + 1);
	size_t n = 0;
	l->token.kind = TOKEN_BAD;
	while (out && l->at < l->text.len) {
		char c = l->text.at[l->at++];
		if (c == '\'') {
			if (l->at == l->text.len || l->text.at[l->at] != '\'') {
				l->token.kind = TOKEN_STRING;
				l->token.text = (str){ out, n };
				return;
			}
			l->at++;
		}
		out[n++] = c;
	}
}

void odata_lex_next(struct odata_lexer *l)
{
	if (l->token.kind == TOKEN_BAD)
		return;
	while (l->at < l->text.len && l->text.at[l->at] == ' ')
		l->at++;
	size_t start = l->at;
	l->token = (struct odata_token){ TOKEN_END, { 0 }, start };
	if (start == l->text.len)
		return;
	if (l->text.at[start] == '\'') {
		l->at++;
		string_read(l);
	} else if (is_word_char(l->text.at[start])) {
		while (l->at < l->text.len && is_word_char(l->text.at[l->at]))
			l->at++;
		l->token.kind = TOKEN_WORD;
		l->token.text = str_slice(l->text, start, l->at);
	} else {
		l->at++;
		l->token.kind = single(l->text.at[start]);
		l->token.text = str_slice(l->text, start, l->at);
	}
}

void odata_lex_start(struct odata_lexer *l, str text, struct arena *arena)
{
	*l = (struct odata_lexer){ .text = text, .arena = arena };
	odata_lex_next(l);
}
