/* data/access_internal.h - what the functions about access share: the question, who may ask it, and its answer in words. */
#ifndef DATA_ACCESS_INTERNAL_H
#define DATA_ACCESS_INTERNAL_H

#include "authz/grants.h"
#include "authz/share.h"
#include "data/rights.h"

struct question {
	const struct table *table;
	struct uuid row_id, principal_id;
	struct row_place row;
	bool found;
	int64_t principal;
	struct authz_context *context; /* of the principal */
	uint32_t shared;
};

/* May the caller ask, and where does the row stand? */
MUST_USE NONNULL err access_admit(struct data_call *dc, struct question *q, bool about_oneself);
/* q->principal of q->principal_id; type 0: any. */
MUST_USE NONNULL err access_principal(struct data_call *dc, struct question *q, enum principal_type type);
/* The principal's context and the row's shares with it. */
MUST_USE NONNULL err access_context(struct data_call *dc, struct question *q);
/* Rows without an owner are neither shared nor assigned, whatever a role says; told, as where it is tried, before any gate. REASON_NONE: the
 * table has the right. */
NONNULL enum authz_reason access_right_absent(const struct table *t, enum right right);
NONNULL struct decision access_decide_right(struct data_call *dc, struct question *q, enum right right);
MUST_USE NONNULL err access_sentence(struct data_call *dc, const struct question *q, const struct decision *d, str *out);
/* ObjectId, LogicalName and PrincipalId, admitted, with the principal's context. */
MUST_USE NONNULL err access_explain_read(struct data_call *dc, struct question *q);
/* The role that allowed; null: none did. */
NONNULL const struct held_role *access_held(const struct question *q, const struct decision *d);
const char *access_path_name(enum access_path path);
NONNULL bool access_right_of(str name, enum right *out);
/* "Grants" and "GrantsExceeded": every grant that alone would do. `room` is overwritten. */
MUST_USE NONNULL err access_grants_write(struct data_call *dc, struct json_writer *w, const struct question *q, enum right right,
					 struct grants *room);
/* "Grants": every role that gives the right on the table, to some depth. */
MUST_USE NONNULL err access_roles_write(struct data_call *dc, struct json_writer *w, const struct question *q, const struct table *t,
					enum right right);
/* {"@odata.context": ..., open. */
MUST_USE NONNULL err access_answer(struct data_call *dc, const char *type, struct json_writer *w);

#endif
