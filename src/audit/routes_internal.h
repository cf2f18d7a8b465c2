/* audit/routes_internal.h - what routes*.c share. */
#ifndef AUDIT_ROUTES_INTERNAL_H
#define AUDIT_ROUTES_INTERNAL_H

#include "audit/routes.h"
#include "web/route.h"

static inline struct audit_app *audit_app_of(const struct web_call *call)
{
	return call->app;
}

/* The log that `text` (a log id) names, with its files open. ERR_UNAVAILABLE when they cannot be. */
MUST_USE NONNULL err audit_log_named(struct web_call *call, str text, struct recorder_log **out, struct audit_log **out_files);
/* A query parameter; empty when absent. */
MUST_USE NONNULL err audit_query(struct web_call *call, const char *name, str *out);
MUST_USE NONNULL err audit_query_number(struct web_call *call, const char *name, uint64_t absent, uint64_t max, uint64_t *out);
/* read.audit */
NONNULL void audit_say_read(struct web_call *call, struct recorder_log *log, str what);
/* The same of somebody with a valid token who may not. */
NONNULL void audit_say_refused(struct web_call *call);

MUST_USE NONNULL err audit_answer_events(struct web_call *call);
MUST_USE NONNULL err audit_answer_event(struct web_call *call);
MUST_USE NONNULL err audit_answer_proof(struct web_call *call);
MUST_USE NONNULL err audit_answer_bodies(struct web_call *call);

#endif
