/* data/batch_parse.h - the body of a $batch request: operations, some of them in change sets.
 *
 * Source:  OData 4.0 part 1, section 11.7; RFC 2046, 5.1 (multipart); RFC 9112 (the requests inside); authorization-and-data 4.4.
 *          Lines end with CRLF or, as clients send them, with LF alone.
 * Limits:  see the enum; each refused with 400. No change set inside another, no GET in one, a Content-ID for each of its parts.
 * Pure:    everything in `out` borrows from the body or lies in the arena. */
#ifndef DATA_BATCH_PARSE_H
#define DATA_BATCH_PARSE_H

#include "data/problem.h"
#include "web/call.h"

enum { BATCH_OPERATIONS_MAX = 1000, BATCH_URL_LEN_MAX = 64 * 1024, BATCH_HEAD_LEN_MAX = 128 * 1024, BATCH_HEADERS_MAX = 40,
	BATCH_BOUNDARY_LEN_MAX = 70 };

struct batch_operation {
	enum http_method method;
	str url, content_id;              /* content_id empty: none                              */
	const struct http_header *headers; /* names in lower case                                */
	size_t header_count;
	bytes body;
	int change_set;                   /* 0: by itself; else the number of its set, from 1    */
};

struct batch {
	struct batch_operation *operations;
	size_t count;
};

/* content_type: of the whole request. */
MUST_USE NONNULL err batch_parse(str content_type, bytes body, struct arena *arena, struct problem *problem, struct batch *out);

#endif
