/* directory/guard.h - invariants that hold over whatever a transaction changes. */
#ifndef DIRECTORY_GUARD_H
#define DIRECTORY_GUARD_H

#include "store/store.h"

/* The last enabled Global Administrator cannot be deleted, disabled or unassigned (identity 1.7): count before, and check
 * before the commit. ERR_INVALID when the change would leave none. */
MUST_USE NONNULL err guard_begin(struct store *store, int64_t *out_administrators);
MUST_USE NONNULL err guard_check(struct store *store, int64_t administrators_before);

#endif
