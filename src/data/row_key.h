/* data/row_key.h - which row an address, an @odata.bind or an @odata.id names: by its primary id or by an alternate key.
 *
 * A key may be looked up by whoever may compare its columns (1.12). That nothing was found is told only to those who may read the
 * table; that a value is taken already, only to those who may read the row that has it (4.3). */
#ifndef DATA_ROW_KEY_H
#define DATA_ROW_KEY_H

#include "data/body.h"
#include "data/rights.h"

struct row_key {
	const struct table_key *key;             /* null: the primary id                          */
	struct value values[KEY_COLUMNS_MAX];    /* of key->columns                               */
	bool found;                              /* a primary id always is, whether a row has it  */
	struct uuid id;
	enum data_right right;
};

/* What "set(id)" or "set(column=value,...)" names. 400 when it is no key of the table. `right`: what the caller is about to do with the row; one that
 * is concealed from them has no alternate key (rights_conceals). */
MUST_USE NONNULL err row_key_find(struct data_call *dc, const struct table *t, const struct path_segment *s, enum data_right right,
				struct row_key *out);
/* The primary id behind it; 404 when an alternate key finds nothing. */
MUST_USE NONNULL err row_key_read(struct data_call *dc, const struct table *t, const struct path_segment *s, enum data_right right,
				struct uuid *out);
/* For who reads or refers to the row: what was found stays; a person of the tenant without a row becomes a user (4.11); else 404. */
MUST_USE NONNULL err row_key_found(struct data_call *dc, const struct table *t, struct row_key *k);
MUST_USE NONNULL err row_key_missing(struct data_call *dc, const struct table *t);
/* The key's values join those of the body of a row to be; 400 where the body says otherwise. */
MUST_USE NONNULL err row_key_apply(struct data_call *dc, const struct row_key *k, struct body *b);
/* A row could not be stored for an index said no: 412 with what is taken, or 403. `before` null: a new row. */
MUST_USE err row_key_taken(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *before);

#endif
