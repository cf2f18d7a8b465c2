/* data/sharing.h - shares that follow from something else than GrantAccess. */
#ifndef DATA_SHARING_H
#define DATA_SHARING_H

#include "data/rights.h"

/* After an assignment: where ShareToPreviousOwnerOnAssign is on, the owner that `row` had keeps it, shared with every right (1.7). */
MUST_USE NONNULL err share_with_previous_owner(struct data_call *dc, const struct table *t, const struct row_place *row);

#endif
