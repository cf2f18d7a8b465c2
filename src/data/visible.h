/* data/visible.h - which rows of a table a caller may read (authorization-and-data 5.2).
 *
 * A row counts when its owner is in owners, its unit in units, or it is shared with one of shared_with. */
#ifndef DATA_VISIBLE_H
#define DATA_VISIBLE_H

#include "metadata/table.h"

struct cascade;
struct filter;

/* Arrays are sorted and hold no value twice. Zero: nothing. */
struct visible {
	bool everything;
	const int64_t *owners, *units;
	size_t owner_count, unit_count;
	/* Rows shared with one of these principals, with this bit of share.mask, are visible too. shared_rows: how many, for the
	 * choice of a plan. Count 0: no shares. */
	const int64_t *shared_with;
	size_t shared_count;
	uint32_t shared_bit;
	int64_t shared_rows;
	const struct cascade *cascade; /* not null: shares come from rows above, too (authz/cascade.h) */
	const struct filter *policy;   /* not null: a row must pass it, too (data/row_policy.h) */
	const struct visible *also; /* not null: a row must be visible by this one, too */
};

/* By owner or unit; neither shares nor `also` are asked. */
NONNULL bool visible_has(const struct visible *v, int64_t owner, int64_t unit);
/* Rows of the organization have neither owner nor unit: all or nothing. */
NONNULL bool visible_is_nothing(const struct table *t, const struct visible *v);

#endif
