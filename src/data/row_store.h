/* data/row_store.h - the SQL of a single row: insert, update, delete. No judgement here. */
#ifndef DATA_ROW_STORE_H
#define DATA_ROW_STORE_H

#include "data/body.h"
#include "data/rights.h"

/* place: id, owner, unit in; key and version out. ERR_CONFLICT when the id is in use. */
MUST_USE NONNULL err row_insert(struct data_call *dc, const struct table *t, const struct body *b, struct row_place *place);
/* Writes the changes and the owner and unit of `after` to the row whose key and version `before` names; ERR_CONFLICT when it has
 * changed meanwhile. after->version is set. */
MUST_USE NONNULL err row_update(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *before,
				struct row_place *after);
MUST_USE NONNULL err row_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
/* The next version of the environment, for rows changed otherwise. */
MUST_USE NONNULL err row_version_take(struct data_call *dc, int64_t *out);

#endif
