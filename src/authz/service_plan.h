/* authz/service_plan.h - which rights on which tables a service plan leaves (1.10, 4.11 serviceplans). A bound grants nothing.
 *
 * Text: {"<table's logical name>"|"*": ["Read", ...] | "*"}. A table that is named hides "*"; what neither names is out of bounds. */
#ifndef AUTHZ_SERVICE_PLAN_H
#define AUTHZ_SERVICE_PLAN_H

#include "base/arena.h"
#include "base/uuid.h"
#include "metadata/table.h"

enum { PLAN_BOUNDS_BYTES_MAX = 65536, BOUND_EVERYTHING = 0xffff };

struct plan_bounds {
	struct uuid plan;
	const uint16_t *rights; /* [table ordinal]: bits 1 << enum right */
};

/* ERR_INVALID: not such a text, an unknown right, or (strict) a table that is not there; otherwise tables that are gone are passed over. */
MUST_USE NONNULL err plan_bounds_parse(str text, const struct metadata *metadata, bool strict, struct arena *arena, const uint16_t **out);

#endif
