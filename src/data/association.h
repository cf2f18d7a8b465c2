/* data/association.h - pairs of rows of a many-to-many relationship (4.3). Whoever joins two rows or parts them needs Append on both
 * (1.4). */
#ifndef DATA_ASSOCIATION_H
#define DATA_ASSOCIATION_H

#include "data/rights.h"

/* Inside the caller's transaction, with the audit event. `here` is a row of the table left of the link, `there` of its other end.
 * Joining what is joined: 412; parting what is not: 404. */
MUST_USE NONNULL err association_join(struct data_call *dc, const struct link *l, const struct uuid *here, const struct uuid *there);
MUST_USE NONNULL err association_part(struct data_call *dc, const struct link *l, const struct uuid *here, const struct uuid *there);
/* Are these rows, named by their keys, joined? */
MUST_USE NONNULL err association_holds(struct data_call *dc, const struct link *l, int64_t here, int64_t there, bool *out);

#endif
