/* data/row_find.h - one row by its primary id. */
#ifndef DATA_ROW_FIND_H
#define DATA_ROW_FIND_H

#include "data/rights.h"

/* `right`: what the caller is about to do with it. A row that is concealed from them is not found (rights_conceals); with DO_LOOK every row is. */

/* Opens a statement that stands on the row, its selected columns from index *out_first on (as row_json wants them).
 * *out_found is false when there is none. Release the statement. */
MUST_USE NONNULL err row_find(struct data_call *dc, const struct odata_query *q, const struct uuid *id, enum data_right right,
			      struct statement *s, int *out_first, struct row_place *out_place, bool *out_found);
/* Only where it stands. */
MUST_USE NONNULL err row_place_find(struct data_call *dc, const struct table *t, const struct uuid *id, enum data_right right,
				    struct row_place *out, bool *out_found);
/* The same for many rows one after another, as with DO_LOOK: the statement stays open while the table does. Zeroed at first; release it. */
struct row_finder {
	const struct table *table;
	struct statement statement;
};
MUST_USE NONNULL err row_finder_find(struct data_call *dc, struct row_finder *finder, const struct table *t, const struct uuid *id,
				     struct row_place *out, bool *out_found);
NONNULL void row_finder_release(struct row_finder *finder);
/* 404 "account With Id = ... Does Not Exist". */
MUST_USE NONNULL err row_missing(struct data_call *dc, const struct table *t, const struct uuid *id);

#endif
