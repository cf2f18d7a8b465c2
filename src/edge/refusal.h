/* edge/refusal.h - the answers that the edge gives by itself when it says no. Bodies are fixed text (RFC 9457), so a
 * refusal costs almost nothing. Source: edge-and-network 2.8 and 4; identity 2.10 last row. */
#ifndef EDGE_REFUSAL_H
#define EDGE_REFUSAL_H

#include "base/str.h"

enum refusal {
	REFUSE_NONE = 0,
	REFUSE_BAD_REQUEST,      /* 400 */
	REFUSE_UNAUTHENTICATED,  /* 401, WWW-Authenticate: Bearer */
	REFUSE_NOT_FOUND,        /* 404 */
	REFUSE_METHOD,           /* 405 */
	REFUSE_READ_ONLY,        /* 405: GET and HEAD, nothing else */
	REFUSE_TIMEOUT,          /* 408 */
	REFUSE_BODY_SIZE,        /* 413 */
	REFUSE_URI_SIZE,         /* 414 */
	REFUSE_EXPECTATION,      /* 417 */
	REFUSE_MISDIRECTED,      /* 421: another host, or https asked for by another scheme */
	REFUSE_HEAD_SIZE,        /* 431 */
	REFUSE_CODING,           /* 501: a transfer coding that we do not know */
	REFUSE_WORKER_FAILED,    /* 502: it went away in the middle, or its answer was malformed */
	REFUSE_CONCURRENCY,      /* 429: too many requests of one caller at once, as OData says it */
	REFUSE_OVERLOAD,         /* 503: queue full or waited too long */
	REFUSE_UNAVAILABLE,      /* 503: the worker cannot be started just now */
	REFUSE_NO_IDENTITY,      /* the same, as OAuth says it (RFC 6749 4.1.2.1) */
	REFUSE_NO_DATA,          /* the same, as OData says it (JSON format 4.01, section 21) */
	REFUSE_WORKER_SLOW,      /* 504 */
	REFUSE_TENANT,           /* 400 JSON: unknown tenant */
	REFUSE_TENANT_PAGE,      /* 400 page: unknown tenant at the authorize endpoint */
	REFUSE_ENVIRONMENT,      /* 404: unknown environment */
	REFUSAL_COUNT
};

struct refusal_text {
	uint16_t status;
	bool closes;       /* the connection ends after it (HTTP/1.1) */
	bool retry_after;  /* Retry-After of 1 to 10 s, spread        */
	str content_type, body;
	str header_name, header_value; /* one more header, or empty   */
};

/* Never null; REFUSE_NONE reads as REFUSE_BAD_REQUEST. */
const struct refusal_text *refusal_text_of(enum refusal refusal);

/* What the audit log says of it; null for what clients do in good faith every day (no such address, another method). A literal. */
const char *refusal_reason(enum refusal refusal);

#endif
