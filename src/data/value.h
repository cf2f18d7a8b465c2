/* data/value.h - one value of a column: from JSON, from an OData literal, into a statement, out as JSON.
 *
 * Source:  authorization-and-data 4.5 (type map), metadata/table.h (how values stand in SQL). Decimal and money never become
 *          a double: they are integers scaled by 10^precision; a client's surplus digits are rounded half away from zero when
 *          written, refused in a filter. A date is YYYY-MM-DD; choices are one text of numbers, "1,9", kept ascending and once each. Text is UTF-8 without NUL and no longer than the column says.
 * Errors:  the problem says which column and why; 400. */
#ifndef DATA_VALUE_H
#define DATA_VALUE_H

#include "codec/json_read.h"
#include "codec/json_write.h"
#include "data/problem.h"
#include "metadata/table.h"

enum { CHOICES_MAX = 150 };
enum value_kind { VALUE_NULL = 0, VALUE_I64, VALUE_F64, VALUE_TEXT, VALUE_UUID,
	VALUE_I64S /* a list, for i64_array(?): never a column's value */ };

struct value {
	enum value_kind kind;
	int64_t i64;
	double f64;
	str text;
	struct uuid uuid;
	const int64_t *i64s;
	size_t i64s_count;
};

/* A member of a request body. Lookups are not accepted here: they come as @odata.bind. */
MUST_USE NONNULL err value_of_json(const struct column *c, const struct json *in, struct arena *arena, struct problem *problem,
				   struct value *out);
/* A literal of $filter or of a key; `quoted` tells that it stood in single quotes (text is unquoted already). */
MUST_USE NONNULL err value_of_literal(const struct column *c, str text, bool quoted, struct arena *arena,
				      struct problem *problem, struct value *out);
/* Numbers separated by commas as they are stored; VALUE_NULL when there is none. False: no such list. */
MUST_USE bool choices_parse(str text, struct arena *arena, struct value *out);
/* A list to bind; values may be null when there are none. */
struct value value_of_i64s(const int64_t *values, size_t count);
MUST_USE NONNULL err value_bind(struct statement *s, int index, const struct value *v);
/* The stored value at `index` of the present row. */
NONNULL struct value value_of_row(const struct column *c, const struct statement *s, int index);
/* Just the JSON value. Lookups and ids as text; not for columns whose SQL holds keys. */
NONNULL void value_write(struct json_writer *w, const struct column *c, const struct value *v);
/* The text that people see (FormattedValue): false when there is none beyond the value itself. */
NONNULL bool value_display(const struct column *c, const struct value *v, struct arena *arena, str *out);
NONNULL bool value_equal(const struct value *a, const struct value *b);

/* kind, then the value; a list only ever goes out. */
NONNULL void value_encode(struct buffer *b, const struct value *v);
struct reader;
/* False: no value. The text is a view. */
NONNULL bool value_decode(struct reader *r, struct value *v);

/* Digits as scaled integer. *out_inexact tells that digits were rounded away. False: no such number, or too large. */
bool decimal_parse(str text, uint8_t precision, int64_t *out, bool *out_inexact);
/* At most 24 characters and a NUL; returns the length. */
size_t decimal_format(int64_t scaled, uint8_t precision, char out[static 32]);

#endif
