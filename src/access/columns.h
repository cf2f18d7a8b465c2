/* access/columns.h - the columns that an action would touch (action.properties.columns), step 11 of a decision.
 *
 * Source:  authorization-and-data 1.12, 5.1. Judged as the Web API does: profiles, and of a row that exists shares of its single cells.
 *          Reads of a column with a mask show the mask: the answer names such columns. action.properties.unmasked asks for what is
 *          beneath it, of one row, and is refused (column_masked) to whom no profile permits that. */
#ifndef ACCESS_COLUMNS_H
#define ACCESS_COLUMNS_H

#include "access/decide.h"

/* *out is REASON_NONE when none of them refuses. */
MUST_USE NONNULL err access_columns_decide(struct data_call *dc, const struct authz_context *ctx, const struct access_target *what,
					   enum authz_reason *out);
/* Which of the columns a permitted read would show through their masks. */
MUST_USE NONNULL err access_columns_masked(struct data_call *dc, const struct access_target *what, str **out, size_t *out_count);

#endif
