/* data/deep_insert.h - a row created together with others that it names (authorization-and-data 4.3; OData 4.0 part 1, 11.4.2.2):
 *
 *   "nav": { ... }                       the row that the lookup shall point at is made first
 *   "collection": [ { ... }, ... ]       rows that point at the new one are made after it
 *   "collection@odata.bind": [ "set(id)", ... ]   existing rows that shall point at the new one
 *
 * Each is judged as a request of its own, with Append and AppendTo between them. At most DEEP_ROWS_MAX rows, DEEP_LEVELS_MAX deep. */
#ifndef DATA_DEEP_INSERT_H
#define DATA_DEEP_INSERT_H

#include "data/rights.h"

enum { DEEP_ROWS_MAX = 1000, DEEP_LEVELS_MAX = 5 };

/* Inside the caller's transaction, which is rolled back when it fails. */
MUST_USE NONNULL err deep_insert(struct data_call *dc, const struct table *t, const struct json *in, struct uuid *out_id);

#endif
