/* edge/http_head.h - a request head as both HTTP versions give it, and the rules that hold for both.
 *
 * Source:  edge-and-network section 4; RFC 9110, RFC 9112, RFC 9113 section 8.
 * Shapes:  every str is a view into the bytes of the connection that was read; nothing is owned. */
#ifndef EDGE_HTTP_HEAD_H
#define EDGE_HTTP_HEAD_H

#include "edge/refusal.h"
#include "ipc/http_message.h"

enum {
	HTTP_LINE_BYTES_MAX = 8 * 1024,   /* request line                  */
	HTTP_QUERY_BYTES_MAX = 4 * 1024,
	HTTP_COOKIE_BYTES_MAX = 8 * 1024, /* all cookie fields of a request */
	HTTP_COOKIES_MAX = 50,
};

struct http_head {
	enum http_method method;
	str scheme;      /* of an absolute-form target, or :scheme; empty when absent */
	str authority;   /* Host or :authority; empty when absent     */
	str path, query; /* path begins with '/' or is "*"             */
	uint64_t content_length;
	bool has_content_length, has_body; /* has_body: chunked, or a content-length over 0, or an HTTP/2 body */
	bool expects_continue;
	size_t header_count;
	struct http_header headers[HTTP_HEADERS_MAX]; /* names in lower case */
};

/* Octets of RFC 9110 5.6.2; not empty. */
bool http_is_token(str s);
/* A field name as we take it: a token without '_' (a gateway could read "x_y" as "x-y"). */
bool http_is_field_name(str s);
/* HTAB, SP and visible ASCII only: no other control, no octet above 0x7e. */
bool http_is_field_value(str s);
/* Content-Length: 1 to 19 digits and nothing else. */
bool http_content_length_parse(str value, uint64_t *out);
/* Raw path: percent-encoding sound and decoding to clean UTF-8 without controls; no "//", "." or ".." segments, no
 * encoded or plain backslash, no encoded slash. REFUSE_NONE when it may pass. */
enum refusal http_path_check(str path);
enum refusal http_query_check(str query);
/* host[:port] with the characters that we serve; no user information. */
bool http_authority_is_sound(str authority);
/* What must hold for the collected fields: singletons once, cookie bounds, Expect, no body where none belongs. Sets
 * content_length, has_content_length and expects_continue. `body_follows`: chunked, or HTTP/2 without END_STREAM. */
NONNULL enum refusal http_head_check(struct http_head *head, bool body_follows);
/* False when a request over TLS says another scheme than https: it was meant for someone else (RFC 9110 7.4; RFC 9113 8.3.1). */
NONNULL bool http_scheme_is_served(const struct http_head *head, bool secure);
/* The value of the first such field, or an empty str with a null `at`. */
NONNULL str http_head_field(const struct http_head *head, str name);
/* True for what belongs to one connection and for what only we may say: it does not go to a worker. */
bool http_field_is_dropped(str name);

#endif
