/* directory/query.h - the OData options of a read: $select $filter $orderby $top $count $skiptoken.
 *
 * Source: OData 4.01 URL conventions 5.1, the part that identity 1.12 names. Anything else is ERR_INVALID, which callers
 * answer as Request_UnsupportedQuery. A filter becomes SQL over the trusted expressions of a property table; every value
 * is bound. Bounds: QUERY_FILTER_BYTES_MAX, QUERY_VALUES_MAX literals, QUERY_DEPTH_MAX nestings.
 *
 *   or := and {"or" and}   and := not {"and" not}   not := "not" not | atom
 *   atom := "(" or ")" | startsWith(property,'text') | property eq|ne literal | property in (literal, ...)
 * Texts compare without case (ASCII), as the public product does. */
#ifndef DIRECTORY_QUERY_H
#define DIRECTORY_QUERY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/uuid.h"
#include "codec/url.h"
#include "store/store.h"

enum property_type { PROPERTY_TEXT = 1, PROPERTY_BOOL, PROPERTY_UUID, PROPERTY_TIME, PROPERTY_JSON };

struct property {
	const char *name, *sql; /* sql: a trusted expression */
	enum property_type type;
	bool on_request;        /* only by $select */
};

struct properties {
	const struct property *items;
	size_t count;
};

enum {
	QUERY_FILTER_BYTES_MAX = 8192, QUERY_VALUES_MAX = 100, QUERY_DEPTH_MAX = 16, QUERY_SELECT_MAX = 64,
	QUERY_TOP_MAX = 999, QUERY_TOP_DEFAULT = 100
};

struct query_value {
	enum property_type type; /* TEXT, BOOL, UUID; 0: null */
	str text;
	bool truth;
	struct uuid uuid;
};

struct query {
	bool all_default;       /* no $select */
	const struct property *select[QUERY_SELECT_MAX];
	size_t select_count;
	str where;              /* SQL, empty without $filter; its values begin at parameter QUERY_FIRST_PARAMETER */
	struct query_value values[QUERY_VALUES_MAX];
	size_t value_count;
	const struct property *order;
	bool descending, count;
	int64_t top;
	int64_t after;          /* $skiptoken: a key when unordered, else how many rows to pass over */
};

enum { QUERY_FIRST_PARAMETER = 10 };

/* `single`: only $select is allowed. */
MUST_USE NONNULL err query_parse(const struct url_params *params, const struct properties *properties, bool single,
				 struct arena *arena, struct query *out);
/* Only the filter. Sets where, values and value_count. */
MUST_USE NONNULL err query_filter_parse(str text, const struct properties *properties, struct arena *arena, struct query *q);
MUST_USE NONNULL err query_bind_values(const struct query *q, struct statement *s);
/* Null when there is none. */
NONNULL const struct property *property_find(const struct properties *properties, str name);

#endif
