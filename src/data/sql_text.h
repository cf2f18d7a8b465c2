/* data/sql_text.h - SQL text from trusted fragments, and the values to bind to it.
 *
 * The text holds physical names of metadata/table.h, keywords and ?N only. A fragment may be written several times (once for each
 * stream of a merge) with the same parameters, since they are numbered. */
#ifndef DATA_SQL_TEXT_H
#define DATA_SQL_TEXT_H

#include "data/odata_query.h"

enum { SQL_TEXT_BYTES_MAX = 1 << 20, SQL_VALUES_MAX = 30000, VISIBLE_SQL_VALUES_MAX = 5, LINK_SQL_VALUES_MAX = 2 * VISIBLE_SQL_VALUES_MAX,
	FILTER_SQL_VALUES_MAX = FILTER_VALUES_MAX + QUERY_LINKS_MAX * LINK_SQL_VALUES_MAX };

struct sql_builder {
	struct buffer text;
	struct value *values; /* the i-th is bound to ?i+1 */
	size_t value_count, value_max;
	struct arena *arena;
	const struct concealment *conceal; /* of columns; null: nothing. Set by who writes a client's query */
	bool too_many;
};

/* Room for value_max values at first, in the arena, and more when they come (row policies have any number); the text is heap: release it. */
MUST_USE NONNULL err sql_builder_init(struct sql_builder *b, size_t value_max, struct arena *arena);
NONNULL void sql_builder_release(struct sql_builder *b);
/* A further parameter; its number. */
NONNULL int sql_parameter(struct sql_builder *b, const struct value *v);
/* Opens the statement and binds all values. ERR_LIMIT when text or values went past their bounds. */
MUST_USE NONNULL err sql_open(struct sql_builder *b, struct store *store, struct statement *out);

/* The filter over alias r, as text that can be written several times. Its values become parameters of `b`. */
MUST_USE NONNULL err filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out);
/* The same of a row policy, from which nothing is concealed. */
MUST_USE NONNULL err policy_filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out);
/* Takes the text into the arena; ERR_LIMIT when it went past its bound. */
MUST_USE NONNULL err sql_fragment_take(struct buffer *text, struct arena *arena, str *out);

/* The condition that rows of `alias` are visible. The plus signs keep the planner from searching by it: the rows are found otherwise. */
MUST_USE NONNULL err visible_sql(struct sql_builder *b, struct buffer *text, const char *alias, const struct table *t, const struct visible *v,
				 struct arena *arena);
struct alias {
	char text[24];
};
/* " FROM ... WHERE ...": the visible rows at the end of a route; *out_end is their alias. last_scope: that of the lambda whose rows they
 * are; -1: none. For a route without links nothing is written. */
MUST_USE NONNULL err route_sql(struct sql_builder *b, struct buffer *text, const struct route *route, int last_scope, struct arena *arena,
			       struct alias *out_end);
/* A column as an expression over alias r, or the aliases of the lambdas around; null where the route ends nowhere. */
MUST_USE err column_sql(struct sql_builder *b, const struct column *c, const struct route *route, struct arena *arena, str *out);
/* The columns of the order as expressions. */
MUST_USE NONNULL err order_columns_sql(struct sql_builder *b, const struct odata_query *q, struct arena *arena, str out[static ORDER_MAX]);
/* The condition "comes after this row" for an order and the row's values (order values, then the key). */
MUST_USE NONNULL err keyset_sql(struct sql_builder *b, const struct odata_query *q, const str *columns, const struct value *after,
				int64_t after_key, struct arena *arena, str *out);
/* "r.c_1 DESC, r.key DESC": the key's direction is that of the last term. */
NONNULL void order_sql(struct buffer *b, const struct odata_query *q, const str *columns);

#endif
