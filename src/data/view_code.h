/* data/view_code.h - what a caller sees of a table, as octets: to tell whether it is still the same, and to ask later what was seen then. */
#ifndef DATA_VIEW_CODE_H
#define DATA_VIEW_CODE_H

#include "data/request.h"

/* *out_plain: view_decode can make it again, from owners, units and shares alone. With the columns that the caller may read. */
MUST_USE NONNULL err view_encode(struct data_call *dc, const struct table *t, const struct visible *v, struct buffer *out, bool *out_plain);
/* ERR_CORRUPT when it is none. *out_columns: those that could be read, as view_encode tells them. Not plain: `out` is empty. */
MUST_USE NONNULL err view_decode(bytes in, struct arena *arena, struct visible *out, bytes *out_columns, bool *out_plain);

#endif
