/* web/call.h - one HTTP request inside a worker, and the answer being written.
 *
 * A handler gets a `struct web_call`, reads `request`, writes `response` and returns. Everything it allocates comes
 * from `arena`, which dies when the answer is sent. A handler that must wait for another process (hasher, egress)
 * calls web_park and returns OK; whoever resumes it fills the response and calls web_finish. No handler blocks.
 *
 * An err returned by a handler is logged once and answered by the surface's own error shape (web/route.h). */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/instant.h"
#include "base/uuid.h"
#include "codec/json_read.h"
#include "codec/json_write.h"
#include "codec/url.h"
#include "ipc/http_message.h"

struct web_surface; /* web/route.h */

/* Which door the request came through. Told by the channel, never by the message: the operator's lane is the
 * Unix socket on the host, whose owner the kernel has checked. */
enum web_lane { WEB_LANE_PUBLIC = 1, WEB_LANE_OPERATOR };

struct web_request {
	enum web_lane lane;
	enum http_method method;
	struct uuid id;
	uint8_t client_address[16];
	uint16_t client_port;
	str origin, base, path, query; /* as in ipc/http_message.h */
	const struct http_header *headers;
	size_t header_count;
	bytes body;
};

enum { WEB_RESPONSE_HEADERS_MAX = 40, WEB_RESPONSE_BYTES_MAX = 64 * 1024 * 1024 };

struct web_response {
	uint16_t status; /* 200 until set */
	struct http_header headers[WEB_RESPONSE_HEADERS_MAX];
	size_t header_count;
	struct buffer body;
	bool close;
};

struct web_call {
	struct web_request request;
	struct web_response response;
	struct arena *arena;
	struct instant now;       /* read once, at arrival */
	void *app;                /* the worker's own state */
	const str *path_args;     /* what the route pattern's {} matched, decoded, in order */
	size_t path_arg_count;
	const char *route;        /* the pattern, for the audit log */
	void *caller;             /* what the surface's enter found out about who asks */
	const struct web_surface *surface; /* whose error shape answers; set by web_dispatch */
	bool parked, cancelled;
	void (*finish)(struct web_call *call); /* set by the runtime */
	void *runtime;
};

/* --- reading --- */

/* The first header of that lower-case name. */
NONNULL bool web_header(const struct web_request *request, str name, str *out);
/* Parsed query, parsed form body. ERR_INVALID on broken encoding, on a wrong content type, ERR_LIMIT past 1000 pairs. */
MUST_USE NONNULL err web_query(struct web_call *call, struct url_params *out);
MUST_USE NONNULL err web_form(struct web_call *call, struct url_params *out);
/* The body as JSON. ERR_INVALID also when the content type is another. */
MUST_USE NONNULL err web_json(struct web_call *call, const struct json **out);
/* The cookie's value. False when absent or sent twice with different values. */
NONNULL bool web_cookie(const struct web_request *request, str name, str *out);
/* The token of "Authorization: Bearer x" (scheme without case). */
NONNULL bool web_bearer(const struct web_request *request, str *out);
/* User and password of "Authorization: Basic x", both still as sent (not form-decoded). ERR_NOT_FOUND without such a
 * header, ERR_INVALID when it is malformed. */
MUST_USE NONNULL err web_basic(struct web_call *call, str *out_user, str *out_password);
/* "192.0.2.1" or "2001:db8::1". */
NONNULL str web_client_text(struct web_call *call);

/* --- writing --- */

NONNULL void web_status(struct web_call *call, int status);
/* Adds a header; name in lower case. The value is borrowed until the answer is sent: literal or arena. A value with CR,
 * LF or NUL makes the answer fail with 500, never split it. */
NONNULL void web_set_header(struct web_call *call, str name, str value);
/* Set-Cookie with "Secure; HttpOnly; SameSite=Lax; Path=/"; max_age_s < 0: a session cookie; 0: delete it. */
NONNULL void web_set_cookie(struct web_call *call, str name, str value, int64_t max_age_s);
/* 303 (RFC 9110, 15.4.4). */
NONNULL void web_redirect(struct web_call *call, str location);
/* Sets the content type and opens a writer on the body. */
NONNULL struct json_writer web_begin_json(struct web_call *call, int status);
NONNULL void web_text(struct web_call *call, int status, str content_type, str body);
NONNULL void web_no_store(struct web_call *call);

/* --- waiting --- */

NONNULL void web_park(struct web_call *call);
/* Sends the answer of a parked call and frees it: the call is gone afterwards. */
NONNULL void web_finish(struct web_call *call);
/* Discards what was written and answers a failure in the surface's error shape; logs it when it is ours. For
 * continuations of parked calls; a handler simply returns its err. */
NONNULL void web_answer_err(struct web_call *call, err why);

#endif
