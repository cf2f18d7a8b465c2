/* data/sql_text.h - SQL text from trusted fragments, and the values to bind to it.
 *
 * The text holds physical names of metadata/table.h, keywords and ?N only. A fragment may be written several times (once for each
 * stream of a merge) with the same parameters, since they are numbered. */
#ifndef DATA_SQL_TEXT_H
#define DATA_SQL_TEXT_H

#include "data/odata_query.h"

enum { SQL_TEXT_BYTES_MAX = 1 << 20 };

struct sql_builder {
	struct buffer text;
	struct value *values; /* the i-th is bound to ?i+1 */
	size_t value_count, value_max;
	bool too_many;
};

/* Room for value_max values, in the arena; the text is heap: release it. */
MUST_USE NONNULL err sql_builder_init(struct sql_builder *b, size_t value_max, struct arena *arena);
NONNULL void sql_builder_release(struct sql_builder *b);
/* A further parameter; its number. */
NONNULL int sql_parameter(struct sql_builder *b, const struct value *v);
/* Opens the statement and binds all values. ERR_LIMIT when text or values went past their bounds. */
MUST_USE NONNULL err sql_open(struct sql_builder *b, struct store *store, struct statement *out);

/* The filter over alias r, as text that can be written several times. Its values become parameters of `b`. */
MUST_USE NONNULL err filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out);
/* The condition "comes after this row" for an order and the row's values (order values, then the key). */
MUST_USE NONNULL err keyset_sql(struct sql_builder *b, const struct order_term *order, size_t order_count,
				const struct value *after, int64_t after_key, struct arena *arena, str *out);
/* "r.c_1 DESC, r.key DESC": the key's direction is that of the last term. */
NONNULL void order_sql(struct buffer *b, const struct order_term *order, size_t order_count, const char *alias);

#endif
