/* data/body.h - the body of a create or an update, as changes of columns.
 *
 * Source:  authorization-and-data 4.3, 4.11. Members: column: value; nav@odata.bind: "set(id)" or null; annotations of the client
 *          itself (@odata.type, @odata.etag, @odata.id, @odata.context) are ignored. Nested objects and arrays are taken out before
 *          (data/deep_insert.h) or refused with 501. Columns that the client may not set are refused by name.
 * Errors:  400 through the problem. */
#ifndef DATA_BODY_H
#define DATA_BODY_H

#include "codec/json_read.h"
#include "data/request.h"

struct change {
	const struct column *column;
	struct value value;            /* lookups: the id of the row pointed at, or null */
	const struct table *target;    /* lookups that are not null                      */
};

struct body {
	struct change *changes;        /* without ownerid and owningbusinessunit */
	size_t count;
	bool has_id;
	struct uuid id;
	bool has_owner, has_unit;
	const struct table *owner_table;
	struct uuid owner, unit;
};

/* `creating` says which columns may be set. */
MUST_USE NONNULL err body_parse(struct data_call *dc, const struct table *t, const struct json *in, bool creating, struct body *out);
/* The change of that column; null when the body does not set it. */
NONNULL const struct change *body_change(const struct body *b, const struct column *c);

#endif
