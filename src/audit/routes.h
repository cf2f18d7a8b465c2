/* audit/routes.h - the history and the logs over HTTP, in the recorder.
 *
 *   GET /audit/events?log=&from=&limit=&op=&actor=&target=&result=&since=&until=   a page; from is a seq
 *   GET /audit/events/{id}            the canonical body
 *   GET /audit/events/{id}/proof      C2SP tlog-proof text
 *   GET /audit/logs                   every log: origin, sizes, state
 *   GET /audit/log/{log}/checkpoint   signed note;  /tile/...  tiles and entry bundles;  /vkeys  verifier keys
 *   GET /audit/log/{log}/state        what the keeper signed last, and whether the log has stopped   (operator)
 *   GET /audit/log/{log}/bodies?from=&limit=   salts and bodies, for a verifier                     (operator)
 * The operator's lane is trusted; the public one needs an access token of the tenant, with AuditLog.Read.All: an
 * application as an app role, a person as a scope and beside it a directory role that reads. Reading bodies is an event itself (read.audit). */
#ifndef AUDIT_ROUTES_H
#define AUDIT_ROUTES_H

#include "audit/recorder.h"

struct token_verifier;
struct web_surface;

/* What web_call.app points to in the recorder. */
struct audit_app {
	struct recorder *recorder;
	struct token_verifier *verifier; /* null: nobody gets in through the public lane */
	/* audit.db has a page that does not authenticate: opens it anew, so that the others can be read. */
	err (*reopen)(void *self);
	/* The recorder's own events have been queued. */
	void (*queued)(void *self);
	void *self;
};

extern const struct web_surface audit_surface;

#endif
