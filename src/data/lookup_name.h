/* data/lookup_name.h - how the row that a lookup names is called, for the FormattedValue of the lookup.
 *
 * Source:  authorization-and-data 4.2. What $expand of the lookup would show is told, and nothing else: no name without the
 *          privilege to read the other table, of a row out of reach, of one whose name is a secured column; a masked name is
 *          masked, whatever the request asks for. */
#ifndef DATA_LOOKUP_NAME_H
#define DATA_LOOKUP_NAME_H

#include "data/request.h"

/* Of the row `id` of the one table that the lookup `c` points at; empty: there is nothing to tell. Lives as long as the call. */
MUST_USE NONNULL err lookup_name(struct data_call *dc, const struct column *c, const struct uuid *id, str *out);

#endif
