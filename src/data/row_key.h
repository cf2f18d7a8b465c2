/* data/row_key.h - which row an address, an @odata.bind or an @odata.id names: by its primary id or by an alternate key. */
#ifndef DATA_ROW_KEY_H
#define DATA_ROW_KEY_H

#include "data/rights.h"

/* The primary id behind "set(id)" or "set(column=id)". 400 when it is neither; 404 when an alternate key finds nothing, told only to
 * those who may read the table. */
MUST_USE NONNULL err row_key_read(struct data_call *dc, const struct table *t, const struct path_segment *s, struct uuid *out);

#endif
