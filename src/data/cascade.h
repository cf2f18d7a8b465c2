/* data/cascade.h - what happens to the rows below when a row is deleted or assigned (authorization-and-data 1.8).
 *
 * Rights are judged on the first row alone. Everything is part of the caller's transaction; each row that changes has its own audit event.
 * More than JOB_ROWS_MIN rows become a job (data/job.h): an assigned row is then assigned, those below follow; a deleted one is the last to go. */
#ifndef DATA_CASCADE_H
#define DATA_CASCADE_H

#include "data/rights.h"

/* Deletes the row; the rows whose lookup names it are deleted too (Cascade), lose the link (RemoveLink), or keep it all from happening
 * (Restrict: 405). */
MUST_USE NONNULL err cascade_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
/* The row `before` has the owner and unit of `after` now: those below follow as far as their relationships say,
 * in what has changed: the owner if it has; `unit`: into the unit of `after`, too. */
MUST_USE NONNULL err cascade_assign(struct data_call *dc, const struct table *t, const struct row_place *before, const struct row_place *after,
				    bool unit);

#endif
