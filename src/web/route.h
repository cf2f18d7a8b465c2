/* web/route.h - which handler answers which path: a table one can print and review.
 *
 * Patterns: "/users/{}/revokeSignInSessions"; {} takes one non-empty segment, percent-decoded once, handed over in
 * call->path_args. Literal text may stand around it in the segment: "/users('{}')". A last segment of "*" takes the raw rest of the path (path_args gets it undecoded). The first
 * matching row wins. What has no row is refused: 404, or 405 with Allow when another method has one. HEAD is answered
 * by GET's row (the edge drops the body). Of the surfaces whose prefix fits, the first with a row answers; without any row
 * the one with the longest prefix shapes the error. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "web/call.h"

typedef err (*web_handler)(struct web_call *call);

struct web_route {
	enum http_method method; /* 0: any */
	const char *pattern;
	web_handler handle;
};

/* A group of routes that shares one error shape. */
struct web_surface {
	const char *prefix; /* "/v1.0"; "" for none; matched on whole segments; patterns continue behind it */
	const struct web_route *routes;
	size_t route_count;
	/* Runs before each handler (authentication); may answer itself by setting *out_answered. May be null. */
	err (*enter)(struct web_call *call, bool *out_answered);
	/* Writes the surface's own error body. status is 404, 405, or what web_status_of_kind says of a handler's err. */
	void (*write_error)(struct web_call *call, int status, err why);
};

/* Routes and runs the call; afterwards it is answered or parked. A handler's err discards what it had written. */
NONNULL void web_dispatch(const struct web_surface *const *surfaces, size_t count, struct web_call *call);

/* 400 404 409 413 500 503 507 ... */
int web_status_of_kind(int err_kind);

/* RFC 9457 application/problem+json: the error shape of surfaces whose standard has none of its own. */
void web_problem(struct web_call *call, int status, err why);

#endif
