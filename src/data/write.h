/* data/write.h - create, update (upsert), delete of business rows.
 *
 * Each runs in one transaction: rights are judged on the row as it stands inside it, the statement repeats the judged version, and
 * the audit event, with old and new values of changed columns, is part of it. Rows of built-in tables go to authz. */
#ifndef DATA_WRITE_H
#define DATA_WRITE_H

#include "data/body.h"
#include "data/rights.h"

MUST_USE NONNULL err write_create(struct data_call *dc, const struct table *t);
struct row_key;
/* PATCH of the row that the address names; it is made where there is none. */
MUST_USE NONNULL err write_update(struct data_call *dc, const struct table *t, const struct row_key *key);
/* PUT {"value": x} and DELETE of one column; the row must exist. */
MUST_USE NONNULL err write_column(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id);
/* PUT {"@odata.id": "set(id)"} and DELETE of a lookup's $ref; the row must exist. */
MUST_USE NONNULL err write_lookup(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id);
/* Sets that lookup of the row to the row of `target`; target null: clears it. */
MUST_USE err write_lookup_to(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id,
			     const struct table *target, const struct uuid *target_id);
/* Creates a row of the link's other end from the request's body: it points at the row `here` of the table left, or is joined with it. */
MUST_USE NONNULL err write_create_in(struct data_call *dc, const struct link *l, const struct table *left, const struct uuid *here);
MUST_USE NONNULL err write_delete(struct data_call *dc, const struct table *t, const struct uuid *id);

/* --- parts of other writes, inside a transaction of the caller --- */

/* Judges, makes and audits one row; `in`: a body without nested rows. The Create gate is the caller's. */
MUST_USE NONNULL err write_row_create(struct data_call *dc, const struct table *t, const struct json *in, struct uuid *out_id);
/* ... changes one that exists (404). */
MUST_USE NONNULL err write_row_update(struct data_call *dc, const struct table *t, const struct uuid *id, const struct json *in);

/* --- what the import shares: inside a transaction of the caller --- */

/* Judges and inserts one row; with the audit event. `place` gets id, key, owner and unit. */
MUST_USE NONNULL err row_create(struct data_call *dc, const struct table *t, const struct body *b, struct row_place *out_place);

#endif
