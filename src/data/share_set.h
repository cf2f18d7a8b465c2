/* data/share_set.h - principalobjectaccessset: who has which share of which row (authorization-and-data 1.8, 4.11).
 *
 * Read by System Administrators only. Rows are those of authz/share_list.h: where $filter says `objectid eq` or `principalid eq` (alone or behind
 * `and`), everything that the row or the principal has, inherited alone included; else the rows that are explicitly shared. */
#ifndef DATA_SHARE_SET_H
#define DATA_SHARE_SET_H

#include "data/request.h"

NONNULL bool share_set_is(const struct table *t);
/* The table as this request reads it, in the arena; refuses everybody but System Administrators. */
MUST_USE NONNULL err share_set_table(struct data_call *dc, const struct table *t, const struct table **out);

#endif
