/* authz/units.h - the tree of business units in memory.
 *
 * Source:  authorization-and-data 1.3, 5.3. Rows keep a unit's key; the tree keeps, per unit, the interval that its subtree takes
 *          in a walk of the tree, so that "is b below a" is two comparisons and moving a unit rewrites no row.
 * Errors:  ERR_CORRUPT for stored units that form no single tree. */
#ifndef AUTHZ_UNITS_H
#define AUTHZ_UNITS_H

#include "base/arena.h"
#include "base/uuid.h"

enum { UNITS_MAX = 100000 };

struct unit {
	int64_t key, parent_key; /* parent_key 0: the root                                      */
	struct uuid id;
	bool disabled;
	uint32_t first, last;    /* its place in the walk, and that of the last below it; made by unit_tree_build */
};

struct unit_tree {
	struct unit *units;      /* sorted by key                                               */
	size_t count;
	int64_t *walk;           /* keys in the order of the walk: a subtree is walk[first..last] */
};

/* `units` is sorted in place and kept; parents may stand in any order. */
MUST_USE NONNULL err unit_tree_build(struct arena *arena, struct unit *units, size_t count, struct unit_tree *out);
/* Null when there is none. */
NONNULL const struct unit *unit_find(const struct unit_tree *tree, int64_t key);
/* Is `key` the unit `above` or somewhere below it? False for unknown keys. */
NONNULL bool unit_is_within(const struct unit_tree *tree, int64_t key, int64_t above);

#endif
