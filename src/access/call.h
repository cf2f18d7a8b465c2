/* access/call.h - one AuthZEN request of an enforcement point, and what became of its questions. */
#ifndef ACCESS_CALL_H
#define ACCESS_CALL_H

#include "access/decide.h"

/* The answer to one question. */
struct access_outcome {
	enum authz_reason reason; /* REASON_NONE: allowed                   */
	const char *wrong;        /* not null: no question, so not allowed  */
	bool external;            /* the resource is of an external type    */
	str *masked;              /* columns that are read through a mask   */
	size_t masked_count;
};

struct external_type;

struct access_call {
	struct data_call data;    /* who asks, and the environment           */
	struct access_request request;
	uint64_t epoch;           /* of every answer                         */
	struct row_finder rows;   /* of the questions, one after another     */
	const struct external_type *externals; /* looked up so far           */
	struct access_outcome *outcomes; /* of evaluations, for the audit log */
	size_t outcome_count;
};

/* --- what the routes (api.c) run, inside a snapshot; each writes its answer --- */

MUST_USE NONNULL err evaluation_run(struct access_call *call);
MUST_USE NONNULL err search_subject_run(struct access_call *call);
MUST_USE NONNULL err search_resource_run(struct access_call *call);
MUST_USE NONNULL err search_action_run(struct access_call *call);

/* Every question that was answered with no becomes an event of the environment's log (5.1). Outside a transaction. */
NONNULL void access_denials_log(struct access_call *call);

#endif
