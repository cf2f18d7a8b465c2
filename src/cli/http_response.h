/* cli/http_response.h - reading one HTTP/1.1 response (RFC 9112), strictly and within bounds.
 *
 * Only what a server that speaks correctly sends: a body has a content-length or is chunked, never both and never "until the
 * connection ends", so that a cut answer cannot pass for a whole one. Interim answers (1xx) are skipped. */
#ifndef CLI_HTTP_RESPONSE_H
#define CLI_HTTP_RESPONSE_H

#include "base/arena.h"
#include "base/err.h"

enum {
	RESPONSE_HEAD_BYTES_MAX = 64 * 1024,
	RESPONSE_BODY_BYTES_MAX = 64 * 1024 * 1024,
	RESPONSE_BYTES_MAX = RESPONSE_BODY_BYTES_MAX + 2 * RESPONSE_HEAD_BYTES_MAX,
	RESPONSE_FIELDS_COUNT_MAX = 128,
	RESPONSE_INTERIM_MAX = 4,
};

struct http_response {
	int status;
	bytes body;      /* a view into raw, or, when it was chunked, joined in the arena */
	size_t raw_used; /* octets of raw that the response took */
};

/* *out_complete false: raw is a beginning, read more. ERR_INVALID when it cannot become a response, ERR_LIMIT past a bound. */
MUST_USE NONNULL err http_response_parse(bytes raw, struct arena *arena, struct http_response *out, bool *out_complete);

#endif
