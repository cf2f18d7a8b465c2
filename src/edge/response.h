/* edge/response.h - an answer on its way out, from a worker or of our own, and the fields that every answer carries. */
#ifndef EDGE_RESPONSE_H
#define EDGE_RESPONSE_H

#include "edge/http_head.h"
#include "edge/static_file.h"

enum { RESPONSE_FIELDS_MAX = HTTP_HEADERS_MAX + 16, RESPONSE_OWN_HEADERS_MAX = 8 };

struct edge_response {
	uint16_t status;
	bool closes, retry_after;
	const struct http_header *headers; /* lower-case names; none of those in response_field_is_ours */
	size_t header_count;
	bytes body;
	struct http_header own[RESPONSE_OWN_HEADERS_MAX]; /* room for the headers of constant answers */
};

/* What the scratch texts of one rendering live in. */
struct response_frame {
	const char *date;       /* IMF-fixdate */
	str request_id;
	bool head_only, secure; /* HEAD; over TLS (HSTS) */
	char length[24], retry[4];
};

NONNULL void response_of_refusal(enum refusal refusal, struct edge_response *out);
NONNULL void response_of_health(struct edge_response *out);
/* The file at the path, in the coding that the client takes; 304 when it has it already, 404 when there is none, 405 to any
 * method that would not just read it. */
NONNULL void response_of_static(const struct static_files *files, const struct http_head *head, struct edge_response *out);

/* Fields that only the edge writes, or that belong to one connection: a worker's are dropped. */
bool response_field_is_ours(str name);
/* Every field of the answer in order, at most RESPONSE_FIELDS_MAX; returns how many. */
NONNULL size_t response_fields(const struct edge_response *response, struct response_frame *frame,
			       struct http_header out[static RESPONSE_FIELDS_MAX]);
/* The octets of the body that are really sent: none for HEAD, 204, 304. */
NONNULL bytes response_body_sent(const struct edge_response *response, bool head_only);

/* "Tue, 24 Nov 2026 09:00:00 GMT" and a NUL: RFC 9110 5.6.7. */
NONNULL void http_date_format(int64_t unix_seconds, char out[static 30]);

#endif
