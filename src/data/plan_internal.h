/* data/plan_internal.h - what plan.c and plan_choice.c share. */
#ifndef DATA_PLAN_INTERNAL_H
#define DATA_PLAN_INTERNAL_H

#include "data/plan.h"

/* Does an index of metadata/physical.c give this order within an owner or unit? */
NONNULL bool order_is_indexed(const struct odata_query *q);
/* For i64_array(?). */
/* Rows of the table, and an upper bound of the visible ones (a row of a visible owner in a visible unit counts twice). */
MUST_USE NONNULL err counters_read(struct store *store, const struct table *t, const struct visible *v, int64_t *out_total,
				   int64_t *out_visible);
/* The same, through wish->memory if there is one. */
MUST_USE NONNULL err counters_recall(struct store *store, const struct rows_wish *wish, int64_t *out_total, int64_t *out_visible);
/* Exactly the visible rows. */
MUST_USE NONNULL err counters_exact(struct store *store, const struct table *t, const struct visible *v, int64_t *out);

#endif
