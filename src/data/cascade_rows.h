/* data/cascade_rows.h - what a cascade does to one row it has met: in the request (cascade.c) or in a job (job_rows.c). */
#ifndef DATA_CASCADE_ROWS_H
#define DATA_CASCADE_ROWS_H

#include "data/rights.h"
#include "metadata/relationship.h"

/* Does an assignment of the row above follow this relationship? */
NONNULL bool cascade_assigns(const struct relationship *r);
/* The rows whose lookup names `parent`, of the kind; behind the key `after`, at most `limit`, by key: ?1 the parent's id, ?2 its owner, ?3 after,
 * ?4 limit. Columns: key, id, version and, of owned rows, owner, unit. */
MUST_USE NONNULL err cascade_children(struct data_call *dc, const struct relationship *r, const struct row_place *parent, enum cascade_kind kind,
				      int64_t after, int64_t limit, struct statement *out);
/* The row that the statement stands on. */
NONNULL struct row_place cascade_child(const struct relationship *r, const struct statement *s);

/* Gives the row the owner and unit of `after`, with the audit event; `policy`: row policies are tested on what it then is. */
MUST_USE NONNULL err cascade_row_place(struct data_call *dc, const struct table *t, const struct row_place *before, struct row_place *after, bool policy);
/* Deletes the row, with the audit event. */
MUST_USE NONNULL err cascade_row_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
/* Lookups that named the row name nothing. */
MUST_USE NONNULL err cascade_link_clear(struct data_call *dc, const struct relationship *r, const struct uuid *row);
/* 405 where a row refers to it over a restricting relationship, other than those that a job deletes as well (0: no job). */
MUST_USE NONNULL err cascade_link_restrict(struct data_call *dc, const struct relationship *r, const struct uuid *row, int64_t job);

#endif
