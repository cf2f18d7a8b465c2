/* data/argument.h - arguments of functions in an address: Name=value, or Name=@p with the value in the query string. */
#ifndef DATA_ARGUMENT_H
#define DATA_ARGUMENT_H

#include "data/request.h"

/* Through its alias if it is one; empty: absent. */
NONNULL str argument_text(const struct data_call *dc, const struct path_segment *s, str name);
/* A list: ['a','b'], with either quote. 400 when it is none, or longer than `most`. The texts are views. */
MUST_USE NONNULL err argument_list(struct data_call *dc, const struct path_segment *s, str name, size_t most, str **out, size_t *out_count);
/* The text in quotes at the front, 'x' or "x"; false when there is none. */
NONNULL bool argument_quoted(str *rest, str *out);

#endif
