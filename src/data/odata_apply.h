/* data/odata_apply.h - $apply: groups and aggregates.
 *
 *   [filter(condition)/]aggregate(column with method as name, $count as name, ...)
 *   [filter(condition)/]groupby((column, navigation/column, ...)[, aggregate(...)])
 * with sum, average, min, max, countdistinct; beside it only $orderby over groups and names, and $top.
 *
 * Source:  OData Data Aggregation 4.0, 3.1 to 3.10, of which the vendor's dialect has these (authorization-and-data 4.2).
 * Errors:  400 with the position. Secured columns are guarded as in a filter. */
#ifndef DATA_ODATA_APPLY_H
#define DATA_ODATA_APPLY_H

#include "data/odata_query.h"

enum { APPLY_GROUPS_MAX = 8, APPLY_AGGREGATES_MAX = 16, APPLY_ROWS_MAX = 5000 };
enum aggregate_method { AGGREGATE_COUNT = 1, AGGREGATE_SUM, AGGREGATE_AVERAGE, AGGREGATE_MIN, AGGREGATE_MAX, AGGREGATE_COUNT_DISTINCT };

struct group {
	const struct column *column;
	const struct route *route;   /* null: of the row itself    */
	str path;                    /* as it was written          */
};

struct aggregate {
	enum aggregate_method method;
	const struct column *column; /* null for AGGREGATE_COUNT   */
	const struct route *route;
	str name;
};

struct apply {
	const struct table *table;
	const struct filter *filter; /* null: none                 */
	struct group groups[APPLY_GROUPS_MAX];
	size_t group_count;
	struct aggregate aggregates[APPLY_AGGREGATES_MAX];
	size_t aggregate_count;
	struct {
		size_t at;           /* groups, then aggregates    */
		bool descending;
	} order[ORDER_MAX];
	size_t order_count;
	int64_t top;                 /* -1: none                   */
};

/* From the decoded query string, which holds $apply. */
MUST_USE NONNULL err odata_apply_parse(const struct table *t, const struct url_params *params, const struct odata_caller *who,
				       struct arena *arena, struct problem *problem, struct apply *out);

#endif
