/* data/expand.h - $expand: rows of other tables inside the rows of an answer.
 *
 * Source:  authorization-and-data 4.2, 4.4: each table touched gets a Read gate and a row predicate of its own; without the privilege
 *          the request is refused with 403, a single row that the caller may not see reads null, and of a collection the visible
 *          rows are shown.
 * Names:   a lookup's navigation property (one row), or the schema name of a relationship that points here (a collection). Behind ownerid stands
 *          a user or a team: @odata.type says which, and $select may name columns of either.
 * Limits:  the enums here and in odata_expand.h. A collection has no pages: more than EXPAND_ROWS_MAX rows without $top, and more
 *          than EXPAND_QUERIES_MAX expansions in one answer, are refused with 400. */
#ifndef DATA_EXPAND_H
#define DATA_EXPAND_H

#include "data/request.h"

enum { EXPAND_DEPTH_MAX = 3, EXPAND_ROWS_MAX = 5000, EXPAND_QUERIES_MAX = 50000, EXPAND_SELECT_MAX = 64 };

struct expand;

/* Those of one level. Zero: none. */
struct expands {
	struct expand *items;
	size_t count;
};

/* Takes "$expand" out of the options of the request: *out_rest is the others. Gates are passed here. */
MUST_USE NONNULL err expand_take(struct data_call *dc, const struct table *t, struct url_params *out_rest, struct expands *out);
/* The members of the row of `t` with this key. */
MUST_USE NONNULL err expand_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct expands *expands,
				 int64_t key);

#endif
