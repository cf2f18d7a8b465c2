/* data/odata_relative.h - conditions of $filter that depend on the moment or on who asks.
 *
 * Source:  authorization-and-data 4.2: Microsoft.Dynamics.CRM.Today, LastXDays, On, EqualUserId, EqualUserTeams,
 *          EqualUserOrUserHierarchy, Above, Under, ... called as X(PropertyName='column') or
 *          X(PropertyName='column',PropertyValue='value').
 * Days are days of UTC. "Last x days" begin with the day that lies x days back and end now; "next x days" begin now. Above and Under
 * follow the one lookup that the table has to itself, through rows that the caller sees. Each becomes a condition of the filter's own
 * kinds, so that nulls and `not` mean the same everywhere. */
#ifndef DATA_ODATA_RELATIVE_H
#define DATA_ODATA_RELATIVE_H

#include "base/instant.h"
#include "data/odata_query.h"

struct relative; /* one function */

/* By its name without "Microsoft.Dynamics.CRM."; null when there is none. */
const struct relative *relative_find(str name);
bool relative_takes_value(const struct relative *r);
/* Does it say the opposite of what relative_filter makes (NotEqualUserId)? */
bool relative_is_negated(const struct relative *r);
/* Fills *out, whose kind was not yet set. `value` is the text of PropertyValue, empty when it takes none. 400 through the problem
 * for a column or value that does not fit. */
MUST_USE NONNULL err relative_filter(const struct relative *r, const struct odata_caller *who, const struct table *t, const struct column *c, str value,
				     struct arena *arena, struct problem *problem, struct filter *out);

#endif
