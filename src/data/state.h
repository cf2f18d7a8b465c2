/* data/state.h - statecode and statuscode go together: 0 active with 1, 1 inactive with 2. Setting one sets the other. */
#ifndef DATA_STATE_H
#define DATA_STATE_H

#include "data/body.h"

/* Adds the other change, or refuses a pair that does not fit (400). */
MUST_USE NONNULL err state_settle(struct data_call *dc, const struct table *t, struct body *b);

#endif
