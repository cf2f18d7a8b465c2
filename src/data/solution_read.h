/* data/solution_read.h - the environment's customization as components. */
#ifndef DATA_SOLUTION_READ_H
#define DATA_SOLUTION_READ_H

#include "data/request.h"
#include "data/solution.h"

/* tables: a list of logical names; null: all that were defined. What belongs to other tables is left out. Everything lies in `arena`.
 * Definitions are for every user to read; rows are read with the caller's rights, and a refusal is this request's. */
MUST_USE err solution_read(struct data_call *dc, const struct json *tables, struct arena *arena, struct solution *out);

#endif
