/* data/odata_query.h - a parsed and resolved OData query: every name in it is a column of the table.
 *
 * Source:  authorization-and-data 4.2. $filter: eq ne gt ge lt le, and or not, ( ), contains startswith endswith, null,
 *          column with column, Microsoft.Dynamics.CRM.In, NotIn, Between, NotBetween, ContainValues, DoesNotContainValues, and those of odata_relative.h. Comparisons are two-valued: a null column
 *          compares as unequal to, and neither above nor below, any value (OData 4.0 part 2, 5.1.1.1), also under `not`.
 *          Paths through lookups (nav/column) stand wherever a column may, in $orderby too; nav/any(x:...), nav/all(x:...), nav/any()
 *          ask about a collection. Behind `not`, too, a row that is not visible is as one that is not there.
 * Limits:  see the enum. $expand and $apply are taken out before (data/expand.h, data/apply.h); $search and $skip are refused by name.
 * Errors:  the problem names the position in the expression; 400 0x80060888. */
#ifndef DATA_ODATA_QUERY_H
#define DATA_ODATA_QUERY_H

#include "base/instant.h"
#include "codec/url.h"
#include "data/value.h"
#include "data/visible.h"

enum { FILTER_LEN_MAX = 8192, FILTER_DEPTH_MAX = 40, FILTER_TERMS_MAX = 200, FILTER_VALUES_MAX = 500, ORDER_MAX = 8,
	PAGE_ROWS_MAX = 5000, ROUTE_LINKS_MAX = 3, QUERY_LINKS_MAX = 20, LAMBDA_DEPTH_MAX = 3 };

enum filter_kind { FILTER_AND = 1, FILTER_OR, FILTER_NOT, FILTER_COMPARE, FILTER_COMPARE_COLUMNS, FILTER_LIKE, FILTER_IN,
	FILTER_BETWEEN, FILTER_HOLDS, /* HOLDS: choices, one of the values (numbers) among them */
	FILTER_KEYS, /* KEYS: one value, an array of principals' keys, for a column that holds such; users_only: no teams' */
	FILTER_TREE,                 /* above (op GT) or below (LT) the row whose id is the value, along the link `paired`; GE, LE: itself, too */
	FILTER_ANY, FILTER_ALL,      /* of the rows at the end of route; left null: is there one?                  */
	FILTER_PAIRED,               /* joined by `paired` with the row whose key is the one value                 */
	FILTER_PROPERTY,             /* of a question, not of a row (data/external_policy.h)                       */
	FILTER_SINCE };              /* changed after the version that is the one value, or came into sight: `before` */
enum compare_op { COMPARE_EQ = 1, COMPARE_NE, COMPARE_GT, COMPARE_GE, COMPARE_LT, COMPARE_LE };
enum like_kind { LIKE_CONTAINS = 1, LIKE_STARTS, LIKE_ENDS };

/* From the rows of one table to those of another: along a lookup, to one row at most, or (many) to the rows whose lookup points here, or
 * which a many-to-many relationship joins with it.
 * Only visible rows count; where there is none, every column behind the link is null. */
struct link {
	bool many;
	const struct column *via;          /* one: a lookup of the table left; many: of `table`; null: through pairs */
	const struct association *through; /* many to many */
	int side;                          /* of `through`: the table left */
	const struct table *table;
	const struct visible *visible;
};

/* Where the rows stand that a condition looks at: links from the row itself, or from the variable of a lambda around. */
struct route {
	int scope;                         /* 0: the row itself; n: that of the lambda whose filter.scope is n */
	struct link links[ROUTE_LINKS_MAX];
	size_t count;
};

/* Which rows count for whom a lookup is shown to: its value is null where it names another (data/concealed.h). *out_table null: shown as it is. */
struct concealment {
	err (*find)(void *self, const struct column *c, const struct table **out_table, const struct visible **out_visible);
	void *self;
};

/* What conditions like Today and EqualUserId are measured from, and which secured columns may be compared. */
struct odata_caller {
	struct instant now;
	int64_t user;                      /* key                                */
	struct uuid user_id, unit_id;
	const int64_t *teams;              /* keys                               */
	size_t team_count;
	const int64_t *reports;            /* subordinates and their teams, keys */
	size_t report_count;
	/* Asked for each secured column of a filter or an order; an err refuses it. Null: none may be used. */
	err (*column_guard)(void *guard, const struct table *t, const struct column *c);
	/* The navigation property of that name: passes the gate of the other table, or refuses. out->table null: there is none.
	 * Null: nothing can be followed. */
	err (*link_find)(void *guard, const struct table *t, str name, struct link *out);
	void *guard;
	const struct concealment *conceal; /* null: nothing is concealed */
	const struct url_params *aliases;  /* where @p stands for the parameter of that name; null: nowhere */
};

struct filter {
	enum filter_kind kind;
	const struct filter *left, *right; /* NOT has only left                  */
	enum compare_op op;
	enum like_kind like;
	const struct column *column, *other;
	const struct route *route, *other_route; /* null: the row itself         */
	int scope;                         /* ANY, ALL: names the lambda's rows  */
	const struct link *paired;
	bool open;                         /* COMPARE: of the server's own making, nothing is concealed from it */
	bool users_only;
	const struct table *table;         /* SINCE                              */
	const struct visible *before;      /* SINCE: what was seen then; null: the same as now */
	const struct value *values;        /* COMPARE, LIKE: one; BETWEEN: two   */
	size_t value_count;
	const struct property_test *property; /* PROPERTY                         */
};

struct order_term {
	const struct column *column;
	const struct route *route;         /* null: the row itself               */
	bool descending;
};

struct odata_query {
	const struct table *table;
	const struct column **select;      /* what the answer shows, in order    */
	size_t select_count;
	bool select_given;
	const struct filter *filter;       /* null: none                         */
	struct order_term order[ORDER_MAX];
	size_t order_count;
	int64_t top;                       /* -1: none                           */
	bool count;
	const struct concealment *conceal; /* of whoever asks */
	str skip_token;                    /* empty: from the beginning          */
};

/* Everything that compares, orders, groups or aggregates by a column passes here: comparison tells a value that may not be read (1.12). */
MUST_USE NONNULL err odata_column_guard(const struct odata_caller *who, const struct table *t, const struct column *c, struct arena *arena,
					struct problem *problem);
/* The text with the parameter "@p" in place of each @p outside of quotes (OData 4.0 part 2, 5.3); 400 when there is none of that name. */
MUST_USE NONNULL err odata_aliases_expand(str text, const struct odata_caller *who, struct arena *arena, struct problem *problem, str *out);
/* From the decoded query string. Names without '$' other than parameter aliases are refused too. */
MUST_USE NONNULL err odata_query_parse(const struct table *t, const struct url_params *params, const struct odata_caller *who,
				       struct arena *arena, struct problem *problem, struct odata_query *out);
/* Just a $filter text. */
MUST_USE NONNULL err odata_filter_parse(const struct table *t, str text, const struct odata_caller *who, struct arena *arena,
					struct problem *problem, const struct filter **out);
/* $select of a single retrieve or of return=representation; empty text: all columns. */
MUST_USE NONNULL err odata_select_parse(const struct table *t, str text, bool given, struct arena *arena, struct problem *problem,
					struct odata_query *out);

#endif
