/* data/odata_lex.h - the tokens of an OData expression (OData 4.0 part 2, 5.1.1; ABNF).
 *
 * The text is percent-decoded already. A word is any run of letters, digits and _ . : - + @: identifiers, numbers, GUIDs, dates;
 * the parser knows from the column what it should be. Blank is space only. */
#ifndef DATA_ODATA_LEX_H
#define DATA_ODATA_LEX_H

#include "base/arena.h"
#include "base/err.h"

enum odata_token_kind { TOKEN_END = 1, TOKEN_WORD, TOKEN_STRING, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA, TOKEN_EQUALS,
	TOKEN_BRACKET_OPEN, TOKEN_BRACKET_CLOSE, TOKEN_SLASH, TOKEN_BAD };

struct odata_token {
	enum odata_token_kind kind;
	str text;        /* word as is; string without quotes, '' made ' */
	size_t position; /* octets from the start of the expression      */
};

struct odata_lexer {
	str text;
	size_t at;
	struct arena *arena;
	struct odata_token token; /* the present one */
};

/* Reads the first token. */
NONNULL void odata_lex_start(struct odata_lexer *lexer, str text, struct arena *arena);
/* Moves to the next token; TOKEN_BAD stays. */
NONNULL void odata_lex_next(struct odata_lexer *lexer);

#endif
