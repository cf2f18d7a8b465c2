/* data/navigation.h - along a lookup from one row to the row that it points at (4.2, 4.3).
 *
 *   GET     set(id)/nav         the row behind it, read with the caller's rights on that table; 204 when the lookup is null
 *   GET     set(id)/nav/$ref    only its address
 *   PUT     set(id)/nav/$ref    {"@odata.id": "set2(id2)"}: as an update with nav@odata.bind
 *   DELETE  set(id)/nav/$ref    clears it */
#ifndef DATA_NAVIGATION_H
#define DATA_NAVIGATION_H

#include "data/request.h"

/* c: the lookup that the second segment names. */
MUST_USE NONNULL err navigation_run(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id);

#endif
