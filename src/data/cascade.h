/* data/cascade.h - what happens to the rows below when a row is deleted or assigned (authorization-and-data 1.8).
 *
 * Rights are judged on the first row alone. Everything is part of the caller's transaction; each row that changes has its own audit event.
 * Bounded: more than CASCADE_ROWS_MAX rows are refused with 400 and nothing changes. */
#ifndef DATA_CASCADE_H
#define DATA_CASCADE_H

#include "data/rights.h"

enum { CASCADE_ROWS_MAX = 10000 };

/* Deletes the row; the rows whose lookup names it are deleted too (Cascade), lose the link (RemoveLink), or keep it all from happening
 * (Restrict: 405). */
MUST_USE NONNULL err cascade_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
/* The row `before` has the owner and unit of `after` now: those below follow as far as their relationships say,
 * in what has changed: the owner if it has; `unit`: into the unit of `after`, too. */
MUST_USE NONNULL err cascade_assign(struct data_call *dc, const struct table *t, const struct row_place *before, const struct row_place *after,
				    bool unit);

#endif
