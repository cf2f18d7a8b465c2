/* authz/row_filter.h - the rows of a table that a right reaches, as one predicate.
 *
 * Source:  authorization-and-data 1.5, 5.2. A row with owner o and unit b is reached when
 *              all, or o is in owners, or b is in units.
 *          Arrays hold principals and units only, never rows; they are sorted and hold no value twice, so that they can be bound
 *          as one array parameter each, and searched. `any` is the privilege check, of step 6: without it a request is
 *          refused, never answered with an empty list.
 * For plans: units is the union of all Local and Deep grants; estimate visible rows by counters per owner and unit. When `all` is
 *          set both arrays are empty. Rows of the organization have neither owner nor unit: `all` or nothing.
 * Hierarchy: subordinates that this right reaches down to are among the owners (1.11).
 * Shares:  are read live by those who ask (authz/share.h), of the principals in `sharers`: P(u) and those subordinates.
 * Later:   policies join it. */
#ifndef AUTHZ_ROW_FILTER_H
#define AUTHZ_ROW_FILTER_H

#include "base/arena.h"

struct row_filter {
	bool made;               /* set once computed */
	bool any, all;
	const int64_t *owners, *units;
	size_t owner_count, unit_count;
	const int64_t *sharers;  /* null when `all`, and for rows without an owner */
	size_t sharer_count;
};

/* Sorted array membership. */
bool i64s_have(const int64_t *values, size_t count, int64_t wanted);
/* Sorts and removes duplicates; returns the new count. */
size_t i64s_normalize(int64_t *values, size_t count);

static inline bool row_filter_reaches(const struct row_filter *f, int64_t owner, int64_t unit)
{
	return f->all || i64s_have(f->owners, f->owner_count, owner) || i64s_have(f->units, f->unit_count, unit);
}

#endif
