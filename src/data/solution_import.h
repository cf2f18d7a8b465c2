/* data/solution_import.h - carries a plan out. */
#ifndef DATA_SOLUTION_IMPORT_H
#define DATA_SOLUTION_IMPORT_H

#include "data/request.h"
#include "data/solution.h"

/* Inside the caller's transaction, which is open to parts. Each component is a request of the caller's; the first refusal ends it, and
 * the caller rolls back and loads the definitions anew. */
MUST_USE NONNULL err solution_apply(struct data_call *dc, const struct solution *there, const struct solution_plan *plan);

#endif
