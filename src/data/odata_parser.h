/* data/odata_parser.h - what the parsers of $filter, $apply and policies share: tokens, logic, and paths that name a column. */
#ifndef DATA_ODATA_PARSER_H
#define DATA_ODATA_PARSER_H

#include "data/odata_lex.h"
#include "data/odata_query.h"

struct parser {
	struct odata_lexer lexer;
	const struct table *table;
	const struct odata_caller *who;
	struct arena *arena;
	struct problem *problem;
	int depth;
	size_t terms, values, links;
	struct {
		str name;
		const struct table *table;
		int id;
	} scopes[LAMBDA_DEPTH_MAX]; /* the variables of the lambdas around */
	size_t scope_count;
	int scopes_made;
	err (*test)(struct parser *p, const struct filter **out); /* reads one condition; null: one on columns */
};

/* What a word, or words with '/' between, stands for. */
struct operand {
	const struct column *column; /* null: a collection              */
	const struct table *table;   /* of the column or the collection */
	const struct route *route;   /* null: the row itself            */
};

/* 400 that names the position of the present token. */
MUST_USE NONNULL err parser_syntax(struct parser *p, const char *expected);
NONNULL bool parser_at_word(const struct parser *p, str word);
/* The present token is of that kind: on to the next. */
MUST_USE NONNULL err parser_take(struct parser *p, enum odata_token_kind kind, const char *expected);
/* A column by its name in expressions, past the guard of secured columns. */
MUST_USE NONNULL err parser_column_find(struct parser *p, const struct table *t, str name, size_t position, const struct column **out);
/* [variable/] navigation/... column: from the present token to the one behind it. */
MUST_USE NONNULL err parser_operand(struct parser *p, struct operand *out);
/* The same from a text, up to its last name, which stands for a column of *out_table: "m/new_userid". Lookups only. */
MUST_USE NONNULL err parser_path(struct parser *p, str text, const struct table **out_table, str *out_name, const struct route **out_route);
/* An operand that is a column. *out_route is null for one of the row itself. */
MUST_USE NONNULL err parser_column(struct parser *p, const struct column **out, const struct route **out_route);

/* The whole text: conditions joined by and, or, not and brackets, up to the end. Its length is the caller's to bound. */
MUST_USE NONNULL err parser_condition(struct parser *p, str text, const struct filter **out);
/* A node of the tree; 400 past FILTER_TERMS_MAX. */
MUST_USE NONNULL err parser_node(struct parser *p, enum filter_kind kind, struct filter **out);
/* eq, ne, ... ; mirrored: as it is with the sides changed. */
MUST_USE NONNULL err parser_operator(struct parser *p, bool mirrored, enum compare_op *out);
/* Is the present token contains, startswith or endswith? */
NONNULL bool parser_at_like(const struct parser *p, enum like_kind *out);

#endif
