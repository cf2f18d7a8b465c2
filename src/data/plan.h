/* data/plan.h - the rows of a table that a caller may see, in order, page by page.
 *
 * Source:  authorization-and-data 5.2. The condition "owner in O or unit in B" is never handed to the SQL planner. Instead:
 *   OPEN     everything is visible: one statement in order with a limit.
 *   SCAN     one statement in order; the loop here keeps the visible rows and stops at the page's end. For broad callers.
 *   STREAMS  one ordered index seek for each owner and unit, and the rows shared with the caller, merged by UNION on (order, key), which also removes duplicates.
 *            For narrow callers and an order that an index serves (key, primary name).
 *   GATHER   the keys of all visible rows, then sorted. For narrow callers and any other order.
 * Where the caller holds shares, each statement tells of each row, in its last column, whether it is shared with the caller.
 * Every row of every plan is checked against `visible` once more before it is given out.
 * The plan is chosen by exact counters of rows per owner and unit (row_count), a few index seeks. */
#ifndef DATA_PLAN_H
#define DATA_PLAN_H

#include "data/sql_text.h"

enum plan_kind { PLAN_CHOOSE = 0, PLAN_OPEN, PLAN_SCAN, PLAN_STREAMS, PLAN_GATHER };
enum { PLAN_STREAMS_MAX = 128 };

/* Remembers what the counters said, by table and by the content of the arrays, for the next few pages: the choice of a plan is an
 * estimate, and the seeks would cost as much as a small page. Zeroed: empty. */
enum { PLAN_MEMORY_SLOTS = 64, PLAN_MEMORY_USES = 32 };
struct plan_memory {
	struct {
		uint64_t key;
		int64_t total, visible_rows;
		int uses; /* left */
	} slot[PLAN_MEMORY_SLOTS];
};

struct rows_wish {
	const struct odata_query *query;
	const struct visible *visible;
	int64_t limit;               /* rows wanted, at least 1                                    */
	const struct value *after;   /* the order values of the last row seen; null: from the start */
	int64_t after_key;
	struct plan_memory *memory;  /* null: the counters are read each time                      */
	enum plan_kind force;        /* tests walk every plan                                      */
};

struct rows {
	struct statement statement;
	const struct rows_wish *wish;
	enum plan_kind plan;
	int64_t given;
};

/* Columns of `statement` while a row stands: 0 key, 1 version, then owner and unit if the table has them, then the query's
 * selected columns, then its order columns, then "is shared" if the caller holds shares. `wish` must outlive `out`. */
MUST_USE NONNULL err rows_open(struct store *store, const struct rows_wish *wish, struct arena *arena, struct rows *out);
/* The next visible row; false at the limit or the end. */
MUST_USE NONNULL err rows_next(struct rows *rows, bool *out_row);
NONNULL void rows_release(struct rows *rows);
NONNULL int rows_select_index(const struct rows *rows);
NONNULL int rows_order_index(const struct rows *rows);

/* " FROM the visible rows AS r", in no order: for counts and aggregates. */
NONNULL void rows_from_sql(struct sql_builder *b, const struct table *t, const struct visible *v);
/* " WHERE ..." behind it: the filter (null: none), and visible->also. */
MUST_USE err rows_where_sql(struct sql_builder *b, const struct table *t, const struct visible *v, const struct filter *filter,
			    struct arena *arena);
/* How many rows are visible and pass the filter, at most `count_max`. Exact, from counters, when there is no filter. */
MUST_USE NONNULL err rows_count(struct store *store, const struct odata_query *query, const struct visible *visible,
				int64_t count_max, struct arena *arena, int64_t *out);

/* How the choice is made, for tests: rows in the table, rows visible (an upper bound), how many streams. */
enum plan_kind plan_choose(const struct rows_wish *wish, int64_t total, int64_t visible_rows);

#endif
