/* data/link.h - navigation properties: from a table's rows to those of another.
 *
 * Names:   a lookup's navigation property (one row), or the schema name of a relationship that points here, or the name
 *          that a many-to-many relationship has at this end (a collection). */
#ifndef DATA_LINK_H
#define DATA_LINK_H

#include "data/request.h"

/* out->table null: there is none of that name. Passes the Read gate of the other table, or refuses. A lookup that points at several
 * tables has no columns to speak of: 501. */
MUST_USE NONNULL err link_find(struct data_call *dc, const struct table *t, str name, struct link *out);
/* The collection alone, without a gate; out->table null: there is none of that name. */
MUST_USE NONNULL err link_collection(struct data_call *dc, const struct table *t, str name, struct link *out);
/* The same as link_find, for odata_caller.link_find: `call` is the struct data_call. */
MUST_USE NONNULL err link_find_for_query(void *call, const struct table *t, str name, struct link *out);

#endif
