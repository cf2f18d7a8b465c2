/* data/concealed.h - ConcealLookupIds: a lookup that names a row which the caller does not see is empty for them (authorization-and-data 4.2).
 *
 * Holds:   wherever a client's query says the lookup: what is shown, compared, ordered, grouped, counted, followed; and in alternate keys. Else
 *          a comparison would tell what the answer does not.
 * Not for: owners, units and who made a row (principals' keys): by them one sees the row. Conditions of row policies, and the server's own, see
 *          the column as it is. */
#ifndef DATA_CONCEALED_H
#define DATA_CONCEALED_H

#include "data/request.h"

/* From now on the caller's queries conceal, if the setting says so (and definitions are trimmed, if that setting says so). Asked anew whenever the caller is another. */
MUST_USE NONNULL err concealed_begin(struct data_call *dc);
/* The value of a lookup as the caller may have it: null in place of the id of a row that they do not see. */
MUST_USE NONNULL err concealed_take(struct data_call *dc, const struct column *c, struct value *inout);

#endif
