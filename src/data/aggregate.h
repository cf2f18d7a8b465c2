/* data/aggregate.h - the answer to $apply: over the rows that the caller may see, and no others. */
#ifndef DATA_AGGREGATE_H
#define DATA_AGGREGATE_H

#include "data/request.h"

/* `within`: only rows that pass it; null: all. More than APPLY_ROWS_MAX groups without $top are refused. */
MUST_USE err aggregate_list(struct data_call *dc, const struct table *t, const struct filter *within);

#endif
